import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { atMost, type Bench, type Figure, type Side } from "./figure.ts";
import { interleave } from "./interleave.ts";
import { startFrameServer } from "./start-frame-server.ts";

const exec = promisify(execFile);
const script = fileURLToPath(new URL("follower.ts", import.meta.url));
const does = {
  longshore: "Runtime.logs with follow, one read pending; 200 of them after 20, their connections included",
  dockerode: "container.logs with follow, one read pending; 200 of them after 20, their connections included",
};

async function measure(rounds: number): Promise<readonly Figure[]> {
  await using server = await startFrameServer(0, 100);
  const figure = async (part: "heap" | "rss", name: string): Promise<Figure> => {
    const one = async (who: keyof typeof does): Promise<number> => {
      const { stdout } = await exec(process.execPath, ["--expose-gc", script, who, server.socketPath]);
      return (JSON.parse(stdout) as Record<typeof part, number>)[part];
    };
    const sides: readonly Side[] = await interleave(rounds, [
      { name: "longshore", does: does.longshore, measure: () => one("longshore") },
      { name: "dockerode", does: does.dockerode, measure: () => one("dockerode") },
    ]);
    return { name, unit: "KiB", sides, bars: [atMost("KiB", sides[0]?.spread.median ?? Number.NaN, 30)] };
  };
  return [
    await figure("heap", "heap and buffers of one followed workload on Docker"),
    await figure("rss", "resident memory of one followed workload on Docker"),
  ];
}
export const followedMemory: Bench = {
  name: "followed-memory",
  about: "what a followed workload holds while nothing happens",
  rounds: 5,
  needsEngine: false,
  run: measure,
};
