import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";
import { native } from "./kit.ts";

const run = promisify(execFile);

export interface Registry extends AsyncDisposable {
  readonly address: string;
  readonly port: number;
}
export const hasRegistry = async (): Promise<boolean> =>
  run("sh", ["-c", "command -v docker-registry && command -v htpasswd"]).then(
    () => true,
    () => false,
  );

/** Debian's registry on loopback, which the engine talks to without TLS; with a user and password if they are given. */
export async function startRegistry(user?: readonly [name: string, password: string]): Promise<Registry> {
  const folder = await mkdtemp(join(tmpdir(), "longshore-registry-"));
  const port = await freePort();
  const auth: string[] = [];
  if (user !== undefined) {
    const { stdout } = await run("htpasswd", ["-Bbn", ...user]);
    await writeFile(join(folder, "users"), stdout);
    auth.push("auth:", "  htpasswd:", "    realm: test", `    path: ${folder}/users`);
  }
  await mkdir(join(folder, "data"));
  const config = [
    "version: 0.1",
    "storage:",
    "  filesystem:",
    `    rootdirectory: ${folder}/data`,
    "http:",
    `  addr: 127.0.0.1:${port}`,
  ];
  await writeFile(join(folder, "config.yml"), [...config, ...auth, ""].join("\n"));
  const server = spawn("docker-registry", ["serve", join(folder, "config.yml")], { stdio: "ignore" });
  for (let tries = 0; tries < 100; tries++) {
    const isUp = await fetch(`http://127.0.0.1:${port}/v2/`).then(
      () => true,
      () => false,
    );
    if (isUp) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    address: `127.0.0.1:${port}`,
    port,
    async [Symbol.asyncDispose]() {
      const ended = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function push(local: string, remote: string, user?: readonly [string, string]): Promise<void> {
  await native("tag", local, remote);
  if (user !== undefined) await native("login", "-u", user[0], "-p", user[1], remote.split("/")[0] ?? "");
  try {
    await native("push", remote);
  } finally {
    if (user !== undefined) await native("logout", remote.split("/")[0] ?? "");
    await native("rmi", remote);
  }
}

/** Passes on so many bytes of answers, then cuts every connection, once or for ever. */
export async function cuttingProxy(target: number, afterBytes: number): Promise<Registry & { readonly cuts: () => number }> {
  let left = afterBytes;
  let cuts = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    for (const socket of [client, upstream]) {
      open.add(socket.on("error", () => {}).on("close", () => open.delete(socket)));
    }
    client.pipe(upstream);
    upstream.on("data", (chunk: Buffer) => {
      left -= chunk.length;
      client.write(chunk);
      if (left > 0) return;
      cuts++;
      for (const socket of open) socket.destroy();
    });
    upstream.on("end", () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { readonly port: number };
  return {
    address: `127.0.0.1:${port}`,
    port,
    cuts: () => cuts,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
