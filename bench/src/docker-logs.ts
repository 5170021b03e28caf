import { spawn } from "node:child_process";
import { once } from "node:events";
import { openRuntime, owner, workloadId } from "@longshore/core";
import { runtime as docker } from "@longshore/docker";
import { bareEngine, image, randomName } from "./engine.ts";
import { atLeast, type Bench, type Figure } from "./figure.ts";
import { interleave, milliseconds, ratio } from "./interleave.ts";
import { megabytesPerSecond, readThroughDockerode, readThroughLongshore } from "./read-logs.ts";

const lineLength = 100;
const total = 200 * 2 ** 20;
const id = workloadId("writer");

/** Docker's own command, its output thrown away. */
async function dockerLogs(container: string): Promise<number> {
  const child = spawn("docker", ["logs", container], { stdio: ["ignore", "ignore", "inherit"] });
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`docker logs exited with ${code}`);
  return code;
}

async function measure(rounds: number): Promise<readonly Figure[]> {
  await using runtime = await openRuntime(docker.with({}), { owner: owner(randomName()) });
  const script = `yes ${"x".repeat(lineLength - 1)} | head -c ${total}`;
  try {
    const { nativeId } = await runtime.start({ kind: "task", id, image, command: ["sh", "-c", script] });
    await runtime.wait(id);
    const container = bareEngine().getContainer(nativeId);
    /** The program's own bytes, which are the same for all, whatever stands around them on the wire. */
    const rate = async (read: () => Promise<unknown>): Promise<number> =>
      megabytesPerSecond({ bytes: total, ms: await milliseconds(read) });
    const whole = async (): Promise<void> => {
      const { bytes } = await readThroughLongshore(runtime, id);
      if (bytes < total) throw new Error(`${bytes} of ${total} bytes arrived`);
    };
    const sides = await interleave(rounds, [
      { name: "longshore", does: "Runtime.logs: lines with time and cursor", measure: () => rate(whole) },
      {
        name: "dockerode",
        does: "container.logs with times, the same request; bytes are counted and thrown away",
        measure: () => rate(() => readThroughDockerode(container, true)),
      },
      {
        name: "dockerode, no times",
        does: "container.logs without times, which is less work for the engine; bytes are counted",
        measure: () => rate(() => readThroughDockerode(container, false)),
      },
      { name: "docker logs", does: "docker logs > /dev/null", measure: () => rate(() => dockerLogs(nativeId)) },
    ]);
    const bars = ["dockerode", "docker logs"].map((rival) => atLeast(`× ${rival}`, ratio(sides, "longshore", rival), 0.95));
    return [{ name: `200 MiB of log from Docker, lines of ${lineLength} bytes`, unit: "MB/s", sides, bars }];
  } finally {
    await runtime.remove(id);
  }
}
export const dockerLogsBench: Bench = {
  name: "docker-logs",
  about: "200 MiB of a real container's log",
  rounds: 5,
  needsEngine: true,
  run: measure,
};
