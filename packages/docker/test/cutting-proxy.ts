import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface CuttingProxy extends AsyncDisposable {
  readonly host: string;
  /** Ends, as a peer does that goes away in order, the connections whose latest request is such a one. */
  cut(request: RegExp): void;
  /** Passes such a request on once the promise settles. */
  hold(request: RegExp, until: Promise<unknown>): void;
}

/** Before the engine's socket. */
export async function cuttingProxy(): Promise<CuttingProxy> {
  const folder = await mkdtemp(join(tmpdir(), "proxy-"));
  const path = join(folder, "s");
  const latest = new Map<Socket, string>();
  let held: { readonly request: RegExp; readonly until: Promise<unknown> } | undefined;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = createConnection({ path: "/var/run/docker.sock", allowHalfOpen: true });
    latest.set(client, "");
    const forward = async (): Promise<void> => {
      for await (const chunk of client as AsyncIterable<Buffer>) {
        const request = /^[A-Z]+ \S+ HTTP/.exec(chunk.toString("latin1", 0, 2000))?.[0];
        if (request !== undefined) latest.set(client, request);
        if (request !== undefined && held?.request.test(request) === true) await held.until;
        if (!engine.write(chunk)) await once(engine, "drain");
      }
      engine.end();
    };
    forward().catch(() => engine.destroy());
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
    hold(request, until) {
      held = { request, until };
    },
    async [Symbol.asyncDispose]() {
      for (const client of latest.keys()) client.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
