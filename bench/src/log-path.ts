import Dockerode from "dockerode";
import { openRuntime, owner, workloadId } from "@longshore/core";
import { runtime as docker } from "@longshore/docker";
import { atLeast, type Bench, type Figure } from "./figure.ts";
import { interleave } from "./interleave.ts";
import { megabytesPerSecond, readThroughDockerode, readThroughHttp, readThroughLongshore } from "./read-logs.ts";
import { startFrameServer } from "./start-frame-server.ts";

const total = 200 * 2 ** 20;
/** Megabytes of the program's own output in a second. */
const wanted = 300;

async function withLines(lineLength: number, rounds: number): Promise<Figure> {
  await using server = await startFrameServer(total, lineLength);
  const { socketPath } = server;
  await using runtime = await openRuntime(docker.with({ host: `unix://${socketPath}` }), { owner: owner("bench") });
  const container = new Dockerode({ socketPath }).getContainer("bench-log");
  const rate = async (read: () => Promise<{ readonly ms: number }>): Promise<number> =>
    megabytesPerSecond({ bytes: total, ms: (await read()).ms });
  const sides = await interleave(rounds, [
    {
      name: "longshore",
      does: "Runtime.logs: frames, times, decoding, lines, positions, cursors",
      measure: () => rate(() => readThroughLongshore(runtime, workloadId("log"))),
    },
    {
      name: "dockerode",
      does: "container.logs; bytes are counted",
      measure: () => rate(() => readThroughDockerode(container, true)),
    },
    {
      name: "node:http",
      does: "the same request; bytes are counted: what Node itself can read",
      measure: () => rate(() => readThroughHttp(socketPath, "/containers/bench-log/logs")),
    },
  ]);
  const [longshore] = sides;
  return {
    name: `200 MiB of frames through the reading path, lines of ${lineLength} bytes`,
    unit: "MB/s",
    sides,
    bars: [atLeast("MB/s", longshore?.spread.median ?? Number.NaN, wanted)],
  };
}
async function measure(rounds: number): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const lineLength of [100, 1000, 10_000]) figures.push(await withLines(lineLength, rounds));
  return figures;
}
export const logPath: Bench = {
  name: "log-path",
  about: "frames from a socket to lines with cursors, no engine in the way",
  rounds: 5,
  needsEngine: false,
  run: measure,
};
