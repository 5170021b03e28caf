/** Who has to act. `user`: the program or whoever stopped it; `platform`: the backend or its host. */
export type DiagnosisClass = "user" | "image" | "config" | "capacity" | "interrupted" | "throttled" | "platform";

/** Every ending, in the same words on every backend. */
export type DiagnosisCode =
  | "exit-code"
  | "signal"
  | "out-of-memory"
  | "time-limit"
  | "pending-limit"
  | "stopped"
  | "image-not-found"
  | "image-unauthorized"
  | "image-platform"
  | "command-not-found"
  | "command-not-executable"
  | "invalid-config"
  | "no-capacity"
  | "interrupted"
  | "evicted"
  | "throttled"
  | "exit-unknown"
  | "platform-fault";

export interface Diagnosis {
  readonly class: DiagnosisClass;
  readonly code: DiagnosisCode;
  /** What happened, with the backend's words where it has some. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** The same spec may well succeed next time. */
  readonly retryable: boolean;
}

type Row = readonly [Diagnosis["class"], message: string, hint: string, retryable?: true];
const table: Readonly<Record<DiagnosisCode, Row>> = {
  "exit-code": ["user", "the program exited with a code other than 0", "read its logs"],
  signal: ["user", "the program was ended by a signal that nobody here sent", "read its logs"],
  "out-of-memory": ["user", "the program needed more memory than its limit", "raise resources.memory"],
  "time-limit": ["user", "the program ran into its time limit", "raise timeoutMs, or give it less to do"],
  "pending-limit": ["capacity", "the program did not start within its pending limit", "raise pendingTimeoutMs", true],
  stopped: ["user", "stopped on request", "start it under a new id"],
  "image-not-found": ["image", "there is no such image", "check name, tag and registry"],
  "image-unauthorized": ["image", "the registry refused the credentials", "check registryCredentials"],
  "image-platform": ["image", "the image is not built for this platform", "set platform, or build the image for it"],
  "command-not-found": ["config", "the command does not exist", "check entrypoint and command"],
  "command-not-executable": ["config", "the command cannot be executed", "check its permissions and format"],
  "invalid-config": ["config", "the backend refused the configuration", "run explain on the spec"],
  "no-capacity": ["capacity", "the backend has no room for it now", "try again later, or elsewhere", true],
  interrupted: ["interrupted", "the backend took its capacity back", "start it again under a new id", true],
  evicted: ["interrupted", "the backend evicted it", "start it again under a new id", true],
  throttled: ["throttled", "the backend refused because of its rate limits", "try again later", true],
  "exit-unknown": ["platform", "it has ended and how is not known", "read its logs before you start it again"],
  "platform-fault": ["platform", "the backend failed", "look at the backend's own logs", true],
};

/** The standard diagnosis of a code; `detail` is the backend's own word on it. */
export function diagnose(code: DiagnosisCode, detail?: string): Diagnosis {
  const [kind, message, hint, retryable = false] = table[code];
  return { class: kind, code, message: detail === undefined ? message : `${message}: ${detail}`, hint, retryable };
}
