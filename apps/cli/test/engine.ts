import { request } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";

/** The image that Docker tests run: a busybox. */
export const image: string = process.env["LONGSHORE_DEMO_IMAGE"] ?? "busybox:1.35";

const socketPath = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace(/^unix:\/\//, "");

function ask(method: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path, timeout: 60_000 }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode ?? 0));
    });
    call.on("error", reject).end();
  });
}

/** Why Docker tests cannot run here; undefined when they can. */
export async function whyNoDocker(): Promise<string | undefined> {
  if ((await ask("GET", "/_ping").catch(() => 0)) !== 200) return "requires docker: no engine answers";
  if ((await ask("GET", `/images/${image}/json`)) === 200) return undefined;
  await ask("POST", `/images/create?fromImage=${encodeURIComponent(image)}`).catch(() => 0);
  return (await ask("GET", `/images/${image}/json`)) === 200 ? undefined : `requires docker: no image ${image}`;
}

/** Between the command and the engine; `cut` breaks every connection there is. */
export class CuttingProxy implements AsyncDisposable {
  readonly path: string;
  cuts = 0;
  readonly #open = new Set<Socket>();
  readonly #server = createServer((near) => {
    const far = connect(socketPath);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => this.#open.delete(from));
      from.pipe(to);
    }
  });

  private constructor(folder: string) {
    this.path = join(folder, "proxy.sock");
  }
  static async open(folder: string): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(folder);
    await new Promise<void>((resolve) => proxy.#server.listen(proxy.path, resolve));
    return proxy;
  }
  /** True when there was something to cut. */
  cut(): boolean {
    if (this.#open.size === 0) return false;
    for (const socket of this.#open) socket.destroy();
    this.cuts++;
    return true;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
