import type { Readable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import type { Clock } from "./clock.ts";
import type { EngineOutput } from "./engine.ts";

type Source = Readonly<Record<EngineOutput["stream"], Readable>>;

export interface ProcessOutputOptions {
  readonly clock: Clock;
  /** Once the process has ended. */
  readonly exited: Promise<unknown>;
}

/** How long after its end whoever has taken a process's pipes along, and left its group, is heard. */
const lingerMs = 1000;

const silence = (signal: AbortSignal): Promise<boolean> => setTimeout(lingerMs, false, { signal, ref: false }).catch(() => false);

/** What both streams of a process say, as it arrives. A program that nobody reads waits once its pipes are full. */
export async function* processOutput(source: Source, { clock, exited }: ProcessOutputOptions): AsyncGenerator<EngineOutput> {
  let over = false;
  void exited.then(() => {
    over = true;
    wake();
  });
  const arrived: EngineOutput[] = [];
  let open = 2;
  let wake = (): void => {};
  for (const stream of ["stdout", "stderr"] as const) {
    const end = (): void => {
      open--;
      wake();
    };
    source[stream].on("data", (bytes: Buffer) => {
      arrived.push({ stream, bytes, at: clock.now() });
      source[stream].pause();
      wake();
    });
    source[stream].once("close", end);
    if (source[stream].destroyed) end();
  }
  while (open > 0 || arrived.length > 0) {
    const next = arrived.shift();
    if (next) {
      yield next;
      source[next.stream].resume();
    } else {
      const waiting: Promise<boolean>[] = [new Promise<boolean>((resolve) => (wake = () => resolve(true)))];
      const timer = new AbortController();
      if (over) waiting.push(silence(timer.signal));
      const more = await Promise.race(waiting);
      timer.abort();
      if (!more) break;
    }
  }
  source.stdout.destroy();
  source.stderr.destroy();
}
