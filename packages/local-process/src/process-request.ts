import type { Dictionary, SecretUse } from "@longshore/core";

/** What the supervisor starts. Fit to print: secrets stand in it by name. */
export interface ProcessRequest {
  readonly argv: readonly string[];
  readonly env: Dictionary<string>;
  readonly secrets: Dictionary<SecretUse>;
  /** Absent: a fresh folder of the task's own. */
  readonly workingDirectory?: string;
  readonly timeoutMs?: number;
  readonly pendingTimeoutMs?: number;
  readonly graceMs: number;
}
