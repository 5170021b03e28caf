import { instant, type StopResult } from "@longshore/core";
import { lookUntil } from "@longshore/core/driver";
import type { CloudRunParts } from "./cloud-run-parts.ts";

/** What Cloud Run takes to end a task beside the program's grace: after that something is wrong there. */
export const patienceMs = 120_000;
const defaultPollMs = 1000;

export const pollMsOf = ({ config }: Pick<CloudRunParts, "config">): number => config.pollMs ?? defaultPollMs;

interface Waiting {
  /** True once it is so. */
  readonly look: () => Promise<boolean>;
  readonly graceMs: number;
}
/** False where it takes much longer than it may. */
export const untilOver = (
  parts: Pick<CloudRunParts, "config">,
  { look, graceMs }: Waiting,
  signal: AbortSignal,
): Promise<boolean> =>
  lookUntil({ look, is: Boolean, everyMs: pollMsOf(parts), limitMs: graceMs + patienceMs }, signal).then(({ came }) => came);
/** The answer then. */
export const unconfirmed = (graceMs: number): StopResult => ({
  state: "unconfirmed",
  forced: false,
  graceMs,
  deadline: instant(Date.now() + patienceMs),
  reason: "Cloud Run was told to stop it and does not say that it has",
});
