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
} from "./harness.ts";
export type { DeathSignal, Program, Step } from "./program.ts";
export { shellProgram } from "./shell-program.ts";
