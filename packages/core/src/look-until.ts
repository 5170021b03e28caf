import { sleep } from "./or-abort.ts";

export interface LookUntil<Seen> {
  readonly look: () => Promise<Seen>;
  readonly is: (seen: Seen) => boolean | Promise<boolean>;
  readonly everyMs: number;
  readonly limitMs: number;
}
export interface SeenAtLast<Seen> {
  readonly seen: Seen;
  /** False where it has not come about in time: it was looked at once more after that. */
  readonly came: boolean;
}
/** For what a backend does not push: what was seen last, when it is so, or when the time is over. */
export async function lookUntil<Seen>(
  { look, is, everyMs, limitMs }: LookUntil<Seen>,
  signal: AbortSignal,
): Promise<SeenAtLast<Seen>> {
  const latest = performance.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (await is(seen)) return { seen, came: true };
    if (performance.now() > latest) return { seen, came: false };
    await sleep(everyMs, signal);
  }
}
