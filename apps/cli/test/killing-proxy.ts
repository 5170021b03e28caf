import { connect, createServer } from "node:net";
import { join } from "node:path";

const enginePath = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace(/^unix:\/\//, "");

/** Between the command and the engine; tells of the first request that looks like `pattern`, and passes on nothing from there. */
export class KillingProxy implements AsyncDisposable {
  readonly path: string;
  readonly #seen = Promise.withResolvers<void>();
  readonly #server;

  private constructor(folder: string, pattern: RegExp) {
    this.path = join(folder, "killing.sock");
    this.#server = createServer((near) => {
      const far = connect(enginePath);
      for (const socket of [near, far]) socket.on("error", () => {}).on("close", () => (near.destroy(), far.destroy()));
      far.pipe(near);
      let cut = false;
      near.on("data", (piece: Buffer) => {
        cut ||= pattern.test(piece.toString("latin1"));
        if (cut) this.#seen.resolve();
        else far.write(piece);
      });
    });
  }
  static async open(folder: string, pattern: RegExp): Promise<KillingProxy> {
    const proxy = new KillingProxy(folder, pattern);
    await new Promise<void>((resolve) => proxy.#server.listen(proxy.path, resolve));
    return proxy;
  }
  onSeen(act: () => void): void {
    void this.#seen.promise.then(act);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
