import type { Stream } from "@longshore/core";

/** Signals that a program may end itself by. */
export type DeathSignal = "SIGKILL" | "SIGTERM" | "SIGSEGV";

/** One thing that a test program does. Plain data: it survives JSON, and every backend can be told to do it. */
export type Step =
  /** One line. */
  | { readonly do: "print"; readonly text: string; readonly to?: Stream }
  /** These bytes and no newline. */
  | { readonly do: "write"; readonly bytes: readonly number[]; readonly to?: Stream }
  /** `line 1` to `line N`; with `both`, each on stdout and then on stderr. Has to be quick with 10,000 of them. */
  | { readonly do: "count"; readonly lines: number; readonly to?: Stream | "both" }
  /** One line: `0123456789`, doubled until it is at least so long. */
  | { readonly do: "long"; readonly length: number; readonly to?: Stream }
  /** A signal that comes meanwhile is acted upon within a quarter of a second. */
  | { readonly do: "sleep"; readonly ms: number }
  /** Reads so many lines, and prints each. */
  | { readonly do: "echo"; readonly lines: number }
  /** A line with the secret's value, from its file where it has one, else from its variable. */
  | { readonly do: "reveal"; readonly secret: string }
  /** Answers each HTTP request on the port with the text, until it is ended. Where instances have ports of their own, on that. */
  | { readonly do: "serve"; readonly port: number; readonly text: string }
  | { readonly do: "exit"; readonly code: number }
  | { readonly do: "die"; readonly signal: DeathSignal }
  /** From here on, what SIGTERM does. */
  | { readonly do: "trap"; readonly then: "ignore" | { readonly exit: number; readonly print?: string } }
  /** In a child process of its own, in the background; nobody waits for it. */
  | { readonly do: "fork"; readonly program: Program };

/** Without an `exit` it ends with code 0. Without a `trap`, SIGTERM ends it where the backend lets it. */
export type Program = readonly Step[];
