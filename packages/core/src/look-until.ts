import { sleep } from "./or-abort.ts";

export interface LookUntil {
  /** True once it is so. */
  readonly look: () => Promise<boolean>;
  readonly everyMs: number;
  readonly limitMs: number;
}
/** False where it has not come about in time: looked at once more after that. For what a backend does not push. */
export async function lookUntil({ look, everyMs, limitMs }: LookUntil, signal: AbortSignal): Promise<boolean> {
  const latest = performance.now() + limitMs;
  while (!(await look())) {
    if (performance.now() > latest) return false;
    await sleep(everyMs, signal);
  }
  return true;
}
