export type { Call, CallOptions, Progress } from "./call.ts";
export type {
  AttachRequest,
  Capabilities,
  Change,
  CopyIn,
  CopyOut,
  Endpoint,
  ExecEnd,
  ExecRequest,
  Keystrokes,
  Obstacle,
  OutputChunk,
  Revision,
  Sample,
  TerminalSize,
} from "./capabilities.ts";
export { checkSpec } from "./check-spec.ts";
export { type AnyPlugin, createRegistry, type Registry, type RuntimeConfig } from "./create-registry.ts";
export type { Binding, RuntimePlugin } from "./define-runtime.ts";
export { describePlan } from "./describe-plan.ts";
export { diagnose, type Diagnosis, type DiagnosisClass, type DiagnosisCode } from "./diagnosis.ts";
export type { Fault, FaultCode } from "./fault.ts";
export { fileStore } from "./file-store.ts";
export type { LogQuery } from "./follow-logs.ts";
export type { Clock, Host, HostOptions, Limiter, Logger, SecretResolver, Store } from "./host.ts";
export { type Brand, idRule, isWorkloadId, type Owner, owner, ownerRule, type WorkloadId, workloadId } from "./ids.ts";
export type { ImageConfig } from "./image-config.ts";
export { type Instant, instant } from "./instant.ts";
export {
  type GapKind,
  type LogCursor,
  type LogGap,
  type LogLine,
  type LogRecord,
  maxLineLength,
  type Stream,
} from "./log-record.ts";
export { type ErrorReport, LongshoreError, type LongshoreErrorInit } from "./longshore-error.ts";
export { memoryStore } from "./memory-store.ts";
export { expectedWords, nearestWord } from "./nearest-word.ts";
export type { OpenOptions } from "./open-options.ts";
export { openRuntime } from "./open-runtime.ts";
export type { Adjustment, Order, Plan, Problem } from "./plan.ts";
export type { Run, Update } from "./run.ts";
export type { Leftover, ListFilter, StopOptions, StopResult } from "./runtime-driver.ts";
export type { Runtime, StartOptions } from "./runtime.ts";
export {
  type Attempt,
  backendLogsOn,
  type BackendObservability,
  composeSeams,
  type ExecutionId,
  type ImageRegistry,
  imagesOn,
  type LogAggregator,
  logsOn,
  type Seams,
  type TaskExecutor,
  tasksOn,
} from "./seams.ts";
export { combineSecrets, environmentSecrets, fileSecrets } from "./secret-resolvers.ts";
export {
  defaultDrainMs,
  defaultReadinessPeriodMs,
  defaultReadinessTimeoutMs,
  defaultStopGraceMs,
  type Dictionary,
  type Hardening,
  type Mount,
  type Port,
  type Readiness,
  type Resources,
  type SecretSource,
  type SecretUse,
  type ServiceSpec,
  type TaskSpec,
  type WorkloadSpec,
} from "./spec.ts";
export { specHash } from "./spec-hash.ts";
export type { SweepOptions, SweepReport } from "./sweep.ts";
export { isLegalTransition, taskTransitions } from "./task-transitions.ts";
export { tokenBucket, type TokenBucketOptions } from "./token-bucket.ts";
export type { Retention, Traits } from "./traits.ts";
export { type CpuAsked, type Mebibytes, type MemoryAsked, type MilliCpu, parseCpu, parseDuration, parseMemory } from "./units.ts";
export type {
  Absent,
  DriverInspection,
  Ending,
  Exit,
  Inspection,
  Instance,
  Lost,
  Service,
  ServiceState,
  Task,
  TaskState,
  Unreachable,
  Workload,
} from "./workload.ts";
export type { Wrapped } from "./wrap-capabilities.ts";
