import { mkdtemp, rm } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface CuttingProxy extends AsyncDisposable {
  readonly host: string;
  /** Ends, as a peer does that goes away in order, the connections whose latest request is such a one. */
  cut(request: RegExp): void;
}

/** Before the engine's socket. */
export async function cuttingProxy(): Promise<CuttingProxy> {
  const folder = await mkdtemp(join(tmpdir(), "proxy-"));
  const path = join(folder, "s");
  const latest = new Map<Socket, string>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = createConnection({ path: "/var/run/docker.sock", allowHalfOpen: true });
    latest.set(client, "");
    client.on("data", (chunk) => {
      const request = /^[A-Z]+ \S+ HTTP/.exec(chunk.toString("latin1", 0, 2000))?.[0];
      if (request !== undefined) latest.set(client, request);
    });
    client.pipe(engine);
    engine.pipe(client);
    const close = (): void => {
      latest.delete(client);
      client.destroy();
      engine.destroy();
    };
    for (const socket of [client, engine]) socket.on("close", close).on("error", close);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    host: `unix://${path}`,
    cut(request) {
      for (const [client, said] of latest) if (request.test(said)) client.end(() => client.destroy());
    },
    async [Symbol.asyncDispose]() {
      for (const client of latest.keys()) client.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
