// A process of its own, run with --expose-gc: follows logs that say nothing, and tells what each of them holds, as JSON.
// Arguments: who follows (longshore, dockerode), the engine's socket.
import Dockerode from "dockerode";
import { openRuntime, owner, workloadId } from "@longshore/core";
import { runtime as docker } from "@longshore/docker";

const [who, socketPath = ""] = process.argv.slice(2);
const followed = 200;
const first = 20;
const held: unknown[] = [];

async function follower(): Promise<(number: number) => Promise<void>> {
  const engine = new Dockerode({ socketPath });
  if (who === "dockerode") {
    return async (number) => {
      const container = engine.getContainer(`bench-log-${number}`);
      const body = await container.logs({ stdout: true, stderr: true, follow: true, timestamps: true });
      held.push(body, (body as unknown as AsyncIterable<Buffer>)[Symbol.asyncIterator]().next());
    };
  }
  const runtime = await openRuntime(docker.with({ host: `unix://${socketPath}` }), { owner: owner("bench") });
  return async (number) => {
    const records = runtime.logs(workloadId(`log-${number}`), { follow: true });
    held.push(records, records.next());
  };
}
const settled = async (): Promise<NodeJS.MemoryUsage> => {
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (let round = 0; round < 4; round++) {
    global.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage();
};

const follow = await follower();
for (let number = 0; number < first; number++) await follow(number);
const before = await settled();
for (let number = 0; number < followed; number++) await follow(first + number);
const after = await settled();
const each = (part: "heapUsed" | "external" | "rss"): number => (after[part] - before[part]) / 1024 / followed;
console.log(JSON.stringify({ heap: each("heapUsed") + each("external"), rss: each("rss") }));
process.exit(0);
