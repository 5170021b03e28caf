import { sleep } from "@longshore/core/driver";

/**
 * The engine hears of an end a moment after the end of the output: it waits up to 2 s for each of three streams (moby,
 * daemon/monitor.go). Generous, for a loaded machine.
 */
const endsWithinMs = 10_000;
const lookAgainMs = 50;

/** Looks until there is something to see; undefined when it has been too long. */
export async function lookUntil<T>(look: () => Promise<T | undefined>, signal: AbortSignal): Promise<T | undefined> {
  const limit = performance.now() + endsWithinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined || performance.now() > limit) return seen;
    await sleep(lookAgainMs, signal);
  }
}
