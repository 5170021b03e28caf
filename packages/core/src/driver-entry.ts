export { decideEnding, type EndingEvidence, type StopIntent } from "./decide-ending.ts";
export { defineRuntime, type RuntimeDefinition } from "./define-runtime.ts";
export { diagnose } from "./diagnosis.ts";
export { expectedWords, nearestWord } from "./nearest-word.ts";
export type {
  DriverLogQuery,
  DriverStopOptions,
  RuntimeDriver,
} from "./runtime-driver.ts";
export type { Call } from "./call.ts";
export type { Capabilities, Change } from "./capabilities.ts";
export type { Fault, FaultCode } from "./fault.ts";
export type { Host } from "./host.ts";
export type { DriverLogItem } from "./log-record.ts";
export { nativeName } from "./native-name.ts";
export { neverAborted, orAbort, sleep } from "./or-abort.ts";
export type { Order, Plan } from "./plan.ts";
export { retry, type RetryOptions } from "./retry.ts";
export { resolveSecret, resolveSecrets, type ResolvedSecret } from "./resolve-secrets.ts";
export { type FieldTable, type SpecField, treatFields, type Treated, type Treatment } from "./treat-fields.ts";
export type { DriverInspection } from "./workload.ts";
