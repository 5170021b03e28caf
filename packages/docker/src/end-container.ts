import type { Containers } from "./containers.ts";
import type { InspectedContainer } from "./map-container-state.ts";

/** After a KILL the kernel needs moments; an engine that has not seen the end by then does not see it. */
const killLimitMs = 30_000;

export interface Ended {
  readonly confirmed: boolean;
  /** The grace ran out and it was killed. */
  readonly forced: boolean;
}

/** True once it does not run; false when the time is over first. */
async function isWithin(ms: number, signal: AbortSignal, ended: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
  if (ms <= 0) return false;
  const limit = AbortSignal.timeout(ms);
  try {
    await ended(AbortSignal.any([signal, limit]));
    return true;
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    return false;
  }
}

/** The image's own stop signal, the grace, and KILL to whatever is left. */
export async function endContainer(
  { containers, container: { Id, Config } }: { readonly containers: Containers; readonly container: InspectedContainer },
  graceMs: number,
  signal: AbortSignal,
): Promise<Ended> {
  const endsWithin = (ms: number): Promise<boolean> => isWithin(ms, signal, (limited) => containers.ended(Id, limited));
  if (graceMs > 0) await containers.kill(Id, Config.StopSignal ?? "SIGTERM", signal);
  if (await endsWithin(graceMs)) return { confirmed: true, forced: false };
  await containers.kill(Id, "SIGKILL", signal);
  return { confirmed: await endsWithin(killLimitMs), forced: true };
}
