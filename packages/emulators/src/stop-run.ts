import type { Clock } from "./clock.ts";

export interface Stoppable {
  readonly clock: Clock;
  readonly exited: Promise<unknown>;
  /** Asks it to end; the promise is of the asking. */
  ask(): Promise<void>;
  kill(): Promise<void>;
}

/** Asks a run to end, and kills it once it has been given `graceMs`. Resolves when it has ended. */
export async function stopRun(run: Stoppable, graceMs: number): Promise<void> {
  await run.ask();
  const over = new AbortController();
  const ended = run.exited.then(() => true);
  const waited = run.clock.sleep(graceMs, over.signal).then(
    () => false,
    () => false,
  );
  const inTime = await Promise.race([ended, waited]);
  over.abort();
  if (!inTime) await run.kill();
  await run.exited;
}
