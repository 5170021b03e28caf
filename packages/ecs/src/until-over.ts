import { lookUntil } from "@longshore/core/driver";
import type { EcsParts } from "./ecs-parts.ts";

/** What ECS takes to end a task beside the program's grace: after that something is wrong there. */
export const patienceMs = 120_000;
const defaultPollMs = 1000;

export const pollMsOf = ({ config }: Pick<EcsParts, "config">): number => config.pollMs ?? defaultPollMs;

interface Waiting {
  /** True once nothing of it runs any more. */
  readonly look: () => Promise<boolean>;
  readonly graceMs: number;
}
/** False where it takes much longer than it may. */
export const untilOver = (parts: EcsParts, { look, graceMs }: Waiting, signal: AbortSignal): Promise<boolean> =>
  lookUntil({ look, is: Boolean, everyMs: pollMsOf(parts), limitMs: graceMs + patienceMs }, signal).then(({ came }) => came);
