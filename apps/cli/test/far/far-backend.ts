import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { LongshoreError, type TerminalSize } from "@longshore/core";
import { MemoryBackend, MemoryDriver, MemoryFaults } from "@longshore/core/memory";
import { workbench } from "./workbench.ts";

interface Asked {
  readonly owner: string;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly typed: boolean;
}
type Method = (...args: readonly unknown[]) => AsyncIterable<unknown> | Promise<unknown>;

/** A Buffer turns itself into numbers before a replacer sees it, so the replacer looks at what it was. */
const encode = (value: unknown): string => {
  const text = JSON.stringify(value, function replace(this: Readonly<Record<string, unknown>>, key, one: unknown) {
    const raw = this[key];
    return raw instanceof Uint8Array ? { base64: Buffer.from(raw).toString("base64") } : one;
  });
  return `${text}\n`;
};
const decode = (line: string): unknown =>
  JSON.parse(line, (_key, one: unknown) => {
    const text = (one as { readonly base64?: unknown } | null)?.base64;
    return typeof text === "string" ? Buffer.from(text, "base64") : one;
  });

/**
 * The memory backend, kept by the test's process and asked by the command's: what one command starts, the next one finds.
 * Commands beside a workload and copies are real programs and files.
 */
export class FarBackend implements AsyncDisposable {
  readonly backend: MemoryBackend = new MemoryBackend();
  readonly config: string;
  /** What was typed into terminals as their size. */
  readonly sizes: TerminalSize[] = [];
  readonly calls: string[] = [];
  readonly #server: Server;
  readonly #folder: string;
  readonly #sockets = new Set<Socket>();

  private constructor(folder: string) {
    this.#folder = folder;
    this.config = `runtimes: { far: { use: far, path: '${join(folder, "far.sock")}', core: '${import.meta.resolve("@longshore/core/memory")}' } }\n`;
    this.#server = createServer((socket) => void this.#serve(socket.on("error", () => {})).catch(() => socket.destroy()));
  }
  /** In a bench's folder; its `longshore.yaml` has this runtime alone. */
  static async open(folder: string): Promise<FarBackend> {
    const far = new FarBackend(folder);
    const plugin = join(folder, "node_modules", "far");
    await mkdir(plugin, { recursive: true });
    await mkdir(join(folder, "files"), { recursive: true });
    await writeFile(join(plugin, "package.json"), JSON.stringify({ name: "far", type: "module", exports: "./plugin.mjs" }));
    await writeFile(join(plugin, "plugin.mjs"), await readFile(fileURLToPath(new URL("plugin.mjs", import.meta.url))));
    await writeFile(join(folder, "longshore.yaml"), far.config);
    await new Promise<void>((resolve) => far.#server.listen(join(folder, "far.sock"), resolve));
    return far;
  }
  /** The same, and beside it a runtime called `down` that nobody answers for. */
  get configWithOneDown(): string {
    const end = / \}\n$/;
    const down = this.config.replace("runtimes: { far:", "down:").replace("far.sock", "none.sock").replace(end, "");
    return this.config.replace(end, `, ${down} }\n`);
  }
  /** Where copies into workloads go. */
  get files(): string {
    return join(this.#folder, "files");
  }
  /** Breaks every connection there is. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
  async #serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    const asked = decode(String((await lines.next()).value)) as Asked;
    this.calls.push(asked.method);
    const gone = new AbortController();
    socket.on("close", () => {
      this.#sockets.delete(socket);
      gone.abort(new Error("hung up"));
    });
    try {
      const typed = asked.typed ? this.#typed(lines) : undefined;
      const answer = this.#method(asked)(...withInput(asked, typed), { signal: gone.signal, report: () => {} });
      if (Symbol.asyncIterator in answer) for await (const item of answer) socket.write(encode({ item }));
      else socket.write(encode({ item: await answer }));
      socket.end(encode({ done: true }));
    } catch (error) {
      const driver = new MemoryDriver(this.#parts(asked.owner));
      const fault = LongshoreError.is(error) ? error.toJSON() : (driver.classify(error) ?? { code: "internal" });
      socket.end(encode({ fault: { message: (error as Error).message, ...fault } }));
    }
  }
  #parts(owner: string): ConstructorParameters<typeof MemoryDriver>[0] {
    return {
      backend: this.backend,
      faults: new MemoryFaults(),
      host: { owner, limiter: { take: async () => {} } } as never,
      watch: true,
    };
  }
  #method({ owner, method }: Asked): Method {
    const driver = new MemoryDriver(this.#parts(owner));
    const capabilities = { ...driver.capabilities, ...workbench(this.files) };
    const [group, verb] = method.split(".");
    const holder = verb === undefined ? driver : capabilities[group as keyof typeof capabilities];
    return ((holder as never)[verb ?? method] as Method).bind(holder);
  }
  async *#typed(lines: AsyncIterator<string>): AsyncGenerator<unknown, void, void> {
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
      const { item, end } = decode(next.value) as { readonly item?: unknown; readonly end?: boolean };
      if (end === true) return;
      if (!(item instanceof Uint8Array)) this.sizes.push(item as TerminalSize);
      yield item;
    }
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

function withInput({ method, args }: Asked, typed: AsyncIterable<unknown> | undefined): readonly unknown[] {
  if (typed === undefined) return args;
  const [first, ...rest] = args;
  return [{ ...(first as object), [method === "copy.copyIn" ? "tar" : "input"]: typed }, ...rest];
}
