export type { PluginPlace } from "./child-job.ts";
export type { ConformanceTest, Guarantee } from "./conformance-test.ts";
export { type ConformanceOptions, conformanceTests } from "./conformance-tests.ts";
export { type FilesystemBackend, filesystemAbilities } from "./filesystem-abilities.ts";
export { openOptions } from "./harness.ts";
export type {
  BadSpecs,
  CrashAbility,
  CrashJob,
  CrashOutcome,
  FaultAbility,
  FaultPlan,
  FaultRoute,
  Harness,
  HarnessOpening,
  Route,
  SecretAbility,
  ServiceAbility,
} from "./harness.ts";
export { outOfMemoryScript } from "./out-of-memory-script.ts";
export type { DeathSignal, Program, Step } from "./program.ts";
export { shellProgram } from "./shell-program.ts";
export { wireAbilities, type WireAbilitiesOptions } from "./wire-abilities.ts";
export type { WireRequest } from "./wire-proxy.ts";
