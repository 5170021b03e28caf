import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const bin: string = fileURLToPath(new URL("../bin/longshore.js", import.meta.url));

export interface Done {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
export interface Live {
  readonly process: ChildProcess;
  readonly done: Promise<Done>;
  /** Resolves when stdout holds it. */
  shows(text: string): Promise<void>;
  /** What stdout held so far. */
  text(): string;
}
type Environment = Readonly<Record<string, string>>;

/** A folder with a state of its own: what a test starts is seen by no other. The command is run as a process. */
export class Bench implements AsyncDisposable {
  readonly folder: string;
  /** Without digits only letters: an owner. Keeps tests apart that share an engine. */
  readonly owner: string;
  readonly environment: NodeJS.ProcessEnv;

  private constructor(folder: string, environment: Environment) {
    this.folder = folder;
    this.owner = `t${Math.random().toString(36).slice(2, 12)}`;
    this.environment = { ...process.env, LONGSHORE_STATE_DIR: join(folder, "state"), ...environment };
  }
  static async open(environment: Environment = {}): Promise<Bench> {
    return new Bench(await mkdtemp(join(tmpdir(), "longshore-cli-")), environment);
  }
  async write(name: string, text: string | Uint8Array): Promise<string> {
    await writeFile(join(this.folder, name), text);
    return name;
  }
  /** `by` are the words of a program that runs the command. */
  start(args: readonly string[], options: SpawnOptions = {}, by: readonly string[] = []): Live {
    const env = { ...this.environment, ...options.env };
    const words = ["--owner", this.owner, ...args];
    const [program, ...rest] = [...by, process.execPath, bin, ...words] as [string, ...string[]];
    const child = spawn(program, rest, {
      cwd: this.folder,
      stdio: ["ignore", "pipe", "pipe"],
      ...options,
      env,
    });
    return watch(child);
  }
  run(args: readonly string[], env: Environment = {}): Promise<Done> {
    return this.start(args, { env: env as NodeJS.ProcessEnv }).done;
  }
  /** What `ps` shows, one object each. */
  async ps(...args: readonly string[]): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { code, stdout, stderr } = await this.run(["ps", "--json", ...args]);
    if (code !== 0) throw new Error(`ps exits with ${code}: ${stderr}`);
    return jsonLines(stdout);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    for (const { id, runtime } of await this.ps()) await this.run(["rm", String(id), "--runtime", String(runtime)]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

export const jsonLines = (text: string): readonly Readonly<Record<string, unknown>>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

function watch(child: ChildProcess): Live {
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name]?.setEncoding("utf8").on("data", (piece: string) => (text[name] += piece));
  const done = once(child, "close").then(([code]) => ({ code: code as number | null, ...text }));
  const shows = async (wanted: string): Promise<void> => {
    while (!text.stdout.includes(wanted)) {
      if (child.exitCode !== null) throw new Error(`ended without ${wanted}: ${JSON.stringify(text)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { process: child, done, shows, text: () => text.stdout };
}
