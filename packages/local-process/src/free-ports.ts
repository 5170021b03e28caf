import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import type { Dictionary, Port } from "@longshore/core";

/** Nobody else listened there a moment ago, on any address. */
async function freePort(protocol: Port["protocol"]): Promise<number> {
  if (protocol === "udp") {
    const socket = createSocket("udp4");
    await once(socket.bind(0), "listening");
    const { port } = socket.address();
    socket.close();
    return port;
  }
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** The ports that programs of this supervisor have been given, so that two which start at once do not get the same. */
export class FreePorts {
  readonly #given = new Set<number>();

  /** By declared port: a fixed one where the spec publishes it, else one of its own. */
  async take(declared: readonly Port[]): Promise<Dictionary<number>> {
    const taken: Record<string, number> = {};
    for (const { port, protocol, publish } of declared) taken[port] = publish ?? (await this.#one(protocol));
    return taken;
  }
  giveBack(ports: Dictionary<number>): void {
    for (const port of Object.values(ports)) this.#given.delete(port);
  }
  async #one(protocol: Port["protocol"]): Promise<number> {
    let port = await freePort(protocol);
    while (this.#given.has(port)) port = await freePort(protocol);
    this.#given.add(port);
    return port;
  }
}
