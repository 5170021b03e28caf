export type { Clock } from "./clock.ts";
export type { Fault, FaultDetail, FaultRule, ServiceFault, WireFault } from "./fault.ts";
export { Faults } from "./faults.ts";
export { Journal, type JournalEntry } from "./journal.ts";
export { VirtualClock, type VirtualClockOptions } from "./virtual-clock.ts";
