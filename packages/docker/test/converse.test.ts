import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createConnection, createServer, type ListenOptions, type NetConnectOpts, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { converse } from "../src/converse.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "converse-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function* typed(): AsyncGenerator<Uint8Array, void, void> {
  yield Buffer.alloc(50_000);
}
/** A peer that prints twice and goes away, with what was typed still unread; a reader that is slower than that. */
async function readFrom(listen: ListenOptions, connect: (port: number) => NetConnectOpts): Promise<number> {
  const print = async (peer: Socket): Promise<void> => {
    peer.write(Buffer.alloc(1000));
    await pause(100);
    peer.write(Buffer.alloc(30_000), () => peer.destroy());
  };
  const server = createServer({ pauseOnConnect: true }, (peer) => void print(peer));
  await new Promise<void>((resolve) => server.listen(listen, resolve));
  const address = server.address() as AddressInfo | string;
  const socket = createConnection(connect(typeof address === "string" ? 0 : address.port));
  await once(socket, "connect");
  socket.on("error", () => {});
  let length = 0;
  try {
    for await (const { bytes } of converse(socket, { tty: true, input: typed(), resize: async () => {} })) {
      length += bytes.length;
      await pause(300);
    }
    return length;
  } finally {
    server.close();
  }
}

describe("a program that ends with its input unread", () => {
  test("loses no output on this machine", async () => {
    const path = join(folder, "s");
    expect(await readFrom({ path }, () => ({ path }))).toBe(31_000);
  });
  test("may have lost some over a network: that is a fault", async () => {
    const host = "127.0.0.1";
    const reading = readFrom({ host, port: 0 }, (port) => ({ host, port }));
    await expect(reading).rejects.toMatchObject({ code: "ECONNRESET" });
  });
});
