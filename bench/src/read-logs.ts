import { request } from "node:http";
import type Dockerode from "dockerode";
import type { Runtime, WorkloadId } from "@longshore/core";

export interface ReadBytes {
  readonly bytes: number;
  readonly ms: number;
}
export const megabytesPerSecond = ({ bytes, ms }: ReadBytes): number => bytes / 1e6 / (ms / 1000);

async function timed(read: () => Promise<number>): Promise<ReadBytes> {
  const begun = performance.now();
  return { bytes: await read(), ms: performance.now() - begun };
}
/** Lines as an application gets them; bytes of text that the program wrote, which is ASCII. */
export const readThroughLongshore = (runtime: Runtime, id: WorkloadId): Promise<ReadBytes> =>
  timed(async () => {
    let bytes = 0;
    for await (const record of runtime.logs(id)) if ("text" in record) bytes += record.text.length + 1;
    return bytes;
  });

async function bytesOf(body: AsyncIterable<Buffer>): Promise<number> {
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  return bytes;
}
/** `follow` makes the client hand out a stream; a container that has ended ends it at once. */
export const readThroughDockerode = (container: Dockerode.Container, timestamps: boolean): Promise<ReadBytes> =>
  timed(async () => {
    const body = await container.logs({ stdout: true, stderr: true, follow: true, timestamps });
    return bytesOf(body as unknown as AsyncIterable<Buffer>);
  });

/** Node's own HTTP client, as an upper bound of what any client on it can read. */
export const readThroughHttp = (socketPath: string, path: string): Promise<ReadBytes> =>
  timed(
    () =>
      new Promise((resolve, reject) => {
        const asking = request({ socketPath, path, agent: false }, (answer) => {
          let bytes = 0;
          answer.on("data", (chunk: Buffer) => (bytes += chunk.length));
          answer.once("end", () => resolve(bytes));
          answer.once("error", reject);
        });
        asking.once("error", reject);
        asking.end();
      }),
  );
