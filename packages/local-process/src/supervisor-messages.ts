import type { Dictionary, Stream } from "@longshore/core";

/** The values of a request's secrets, by name. */
export type SecretValues = Dictionary<string>;

/** What a driver asks of the supervisor. */
export type Question =
  /** Runs what nobody has run yet, or keeps running what has to. The secrets are a task's; a service has files of them. */
  | { readonly ask: "start"; readonly id: string; readonly secrets: SecretValues }
  /** Something was written into the folder. */
  | { readonly ask: "look"; readonly id: string }
  | { readonly ask: "surroundings"; readonly id: string; readonly instance?: string }
  | { readonly ask: "attach"; readonly id: string; readonly instance?: string }
  /** After `attach`. */
  | { readonly ask: "type"; readonly bytes: string }
  | { readonly ask: "end-input" };

/** Where and as what a program of a workload runs. */
export interface Surroundings {
  readonly instance: string;
  readonly workingDirectory: string;
  /** Whole: with secrets, ports and marker. Goes to the same user's processes only, over a socket in a folder of mode 0700. */
  readonly env: Dictionary<string>;
}
export type Answer =
  | { readonly tell: "done" }
  | { readonly tell: "failed"; readonly message: string; readonly code?: string }
  | ({ readonly tell: "surroundings" } & Surroundings)
  | { readonly tell: "attached" }
  | { readonly tell: "output"; readonly stream: Stream; readonly bytes: string }
  | { readonly tell: "end" };
