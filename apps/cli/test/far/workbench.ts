import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import {
  type Call,
  type Capabilities,
  type CopyIn,
  type CopyOut,
  type ExecEnd,
  type ExecRequest,
  instant,
  type Keystrokes,
  LongshoreError,
  type OutputChunk,
  type Sample,
} from "@longshore/core";

type Bench = Required<Pick<Capabilities, "exec" | "attach" | "stats" | "copy">>;

async function* bytesOf(input: AsyncIterable<Keystrokes> | undefined): AsyncGenerator<Uint8Array, void, void> {
  for await (const typed of input ?? []) if (typed instanceof Uint8Array) yield typed;
}

async function* exec(request: ExecRequest, { signal }: Call): AsyncGenerator<OutputChunk | ExecEnd, void, void> {
  const [program = "", ...args] = request.command;
  // script(1) is the far terminal; the program takes its shell's place, so that it alone gets what the keys raise.
  const words =
    request.tty === undefined ? [program, ...args] : ["script", "-qec", `exec ${[program, ...args].join(" ")}`, "/dev/null"];
  const child = spawn(words[0] ?? "", words.slice(1), {
    cwd: request.workingDirectory,
    env: { ...process.env, SHELL: "/bin/sh", ...request.env },
    signal,
  });
  child.on("error", () => {});
  const typing = pipeline(Readable.from(bytesOf(request.input)), child.stdin).catch(() => {});
  const chunks: OutputChunk[] = [];
  let wake = (): void => {};
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].on("data", (bytes: Buffer) => (chunks.push({ kind: "output", stream, bytes }), wake()));
  let over = false;
  const closed = once(child, "close").finally(() => ((over = true), wake()));
  for (; !over || chunks.length > 0;) {
    const next = chunks.shift();
    if (next !== undefined) yield next;
    else await new Promise<void>((resolve) => (wake = resolve));
  }
  const [code, died] = (await closed) as [number | null, string | null];
  if (request.input === undefined) await typing;
  yield {
    kind: "exit",
    exit: { ...(code !== null && { code }), ...(died !== null && { signal: died }), evidence: `closed with ${code}` },
  };
}

/** A program that says what it is told, in capitals. */
async function* attach({ input }: { readonly input?: AsyncIterable<Keystrokes> }): AsyncGenerator<OutputChunk, void, void> {
  yield { kind: "output", stream: "stdout", bytes: Buffer.from("hello\n") };
  for await (const bytes of bytesOf(input))
    yield { kind: "output", stream: "stdout", bytes: Buffer.from(Buffer.from(bytes).toString().toUpperCase()) };
}

async function* stats(_id: string, { signal }: Call): AsyncGenerator<Sample, void, void> {
  for (let count = 1; count <= 3 && !signal.aborted; count++) {
    yield { at: instant(Date.now()), instance: "only", cpu: (count * 100) as Sample["cpu"], memory: 12.5 as Sample["memory"] };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function tar(args: readonly string[]): Promise<Buffer> {
  const child = spawn("tar", args, { stdio: ["ignore", "pipe", "ignore"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => chunks.push(piece));
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new LongshoreError("there is no such path", { code: "not-found", operation: "copy" });
  return Buffer.concat(chunks);
}

async function* copyOut(files: string, { path }: CopyOut): AsyncGenerator<Uint8Array, void, void> {
  // A file that is an archive already goes out as it is: what a hostile workload would send.
  if (path.endsWith(".evil")) {
    yield await (await import("node:fs/promises")).readFile(join(files, path));
    return;
  }
  const full = join(files, path);
  yield await tar(["c", "-C", join(full, ".."), full.split("/").at(-1) ?? ""]);
}

async function copyIn(files: string, { path, tar: archive }: CopyIn): Promise<void> {
  const child = spawn("tar", ["x", "-C", join(files, path)], { stdio: ["pipe", "ignore", "pipe"] });
  await pipeline(Readable.from(archive), child.stdin).catch(() => {});
  const [code] = (child.exitCode === null ? await once(child, "close") : [child.exitCode]) as [number];
  if (code !== 0) throw new LongshoreError(`there is no folder ${path}`, { code: "not-found", operation: "copy" });
}

/** Sessions beside pretended programs: commands, files and archives are real, below `files`. */
export const workbench = (files: string): Bench => ({
  exec: { exec },
  attach: { attach },
  stats: { stats },
  copy: { copyIn: (request) => copyIn(files, request), copyOut: (request) => copyOut(files, request) },
});
