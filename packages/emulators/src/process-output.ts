import type { Readable } from "node:stream";
import type { Clock } from "./clock.ts";
import type { EngineOutput } from "./engine.ts";

type Source = Readonly<Record<EngineOutput["stream"], Readable>>;

/** What both streams of a process say, as it arrives. A program that nobody reads waits once its pipes are full. */
export async function* processOutput(source: Source, clock: Clock): AsyncGenerator<EngineOutput> {
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
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }
}
