export type { Clock } from "./clock.ts";
export type { EcsEmulatorOptions } from "./ecs-emulator-options.ts";
export type { EcsDelays } from "./ecs/ecs-delays.ts";
export type { Fault, FaultDetail, FaultRule, ServiceFault, WireFault } from "./fault.ts";
export { Faults } from "./faults.ts";
export { Journal, type JournalEntry, type JournalLimits } from "./journal.ts";
export { startEcsEmulator, type EcsEmulator } from "./start-ecs-emulator.ts";
export { VirtualClock, type VirtualClockOptions } from "./virtual-clock.ts";
