import type { DiagnosisCode } from "./diagnosis.ts";
import type { Stream } from "./log-record.ts";

/** One thing that a pretended program does. Plain data, since it is part of the spec and of its hash. */
export type MemoryStep =
  /** One line. */
  | { readonly do: "print"; readonly text: string; readonly to?: Stream }
  /** These bytes and no newline. */
  | { readonly do: "write"; readonly bytes: readonly number[]; readonly to?: Stream }
  /** `line 1` to `line N`; with `both`, each on stdout and then on stderr. */
  | { readonly do: "count"; readonly lines: number; readonly to?: Stream | "both" }
  /** One line: `0123456789`, doubled until it is at least so long. */
  | { readonly do: "long"; readonly length: number; readonly to?: Stream }
  | { readonly do: "sleep"; readonly ms: number }
  /** A line with the secret's value. */
  | { readonly do: "reveal"; readonly secret: string }
  /** Answers requests on the port with the text until it is ended. */
  | { readonly do: "serve"; readonly port: number; readonly text: string }
  | { readonly do: "exit"; readonly code: number }
  | { readonly do: "die"; readonly signal: string }
  /** From here on, what SIGTERM does. Without, it ends the program. */
  | { readonly do: "trap"; readonly then: "ignore" | { readonly exit: number; readonly print?: string } }
  /** A child process in the background, which goes when the program goes. */
  | { readonly do: "fork"; readonly program: readonly MemoryStep[] }
  /** Ends by running out of memory. */
  | { readonly do: "exhaust" }
  /** As the first step: the program never starts, for this reason. */
  | { readonly do: "fail"; readonly reason: DiagnosisCode };

/** Without an `exit` it ends with code 0. */
export type MemoryProgram = readonly MemoryStep[];
