import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { existsSync } from "node:fs";
import { once } from "node:events";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Clock } from "./clock.ts";
import type { EngineContainer, EngineExec, EngineExecOptions, EngineExit, EngineRun } from "./engine.ts";
import { EngineStartError } from "./engine-start-error.ts";
import { placeMounts } from "./place-mounts.ts";
import { processOutput, type ProcessOutputOptions } from "./process-output.ts";
import { stopRun } from "./stop-run.ts";

type Program = Pick<EngineContainer, "environment" | "workingDirectory" | "user"> & {
  readonly argv: readonly string[];
  readonly input: "none" | "open";
};

/** What an image without a command of its own runs here, since no image is read. */
const noCommand = ["sh"];

const toStartError = (error: NodeJS.ErrnoException, program: Program): EngineStartError => {
  const [command] = program.argv;
  if (error.code === "ENOENT")
    return new EngineStartError("no-such-command", `exec: "${command}": executable file not found in $PATH`);
  if (error.code === "EACCES") return new EngineStartError("cannot-execute", `exec: "${command}": permission denied`);
  return new EngineStartError("rejected", error.message, { cause: error });
};

/** Only root may be somebody else; names are those of an image, which is not read. */
function identityOf(user: string | undefined): { uid?: number; gid?: number } {
  const [, uid, gid] = /^(\d+)(?::(\d+))?$/.exec(user ?? "") ?? [];
  if (uid === undefined || process.getuid?.() !== 0) return {};
  return { uid: Number(uid), ...(gid !== undefined && { gid: Number(gid) }) };
}

async function launch(program: Program): Promise<ChildProcess> {
  const [command, ...args] = program.argv as [string, ...string[]];
  const cwd = program.workingDirectory ?? "/";
  if (!existsSync(cwd)) throw new EngineStartError("rejected", `there is no directory ${cwd} on this machine`);
  const stdio: StdioOptions = [program.input === "open" ? "pipe" : "ignore", "pipe", "pipe"];
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...program.environment };
  try {
    const child = spawn(command, args, { cwd, env, stdio, detached: true, ...identityOf(program.user) });
    await once(child, "spawn");
    return child;
  } catch (error) {
    throw toStartError(error as NodeJS.ErrnoException, program);
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // All of it has ended.
  }
}

/** A container ends with its first process, and takes the others along. */
const exitOf = (child: ChildProcess): Promise<EngineExit> =>
  new Promise((resolve) => {
    child.once("exit", (code, signal) => {
      signalGroup(child, "SIGKILL");
      if (signal === null) resolve({ code: code ?? 0, outOfMemory: false });
      else resolve({ code: 128 + constants.signals[signal], signal, outOfMemory: false });
    });
  });

const outputOf = (child: ChildProcess, options: ProcessOutputOptions): EngineRun["output"] =>
  processOutput({ stdout: child.stdout as Readable, stderr: child.stderr as Readable }, options);

async function exec(
  program: Program,
  clock: Clock,
  options: EngineExecOptions,
): Promise<EngineExec & { readonly kill: () => void }> {
  const child = await launch({ ...program, input: options.input ? "open" : "none" });
  const kill = (): void => signalGroup(child, "SIGKILL");
  options.signal?.addEventListener("abort", kill, { once: true });
  // Whoever reads no more of its input has the rest of it thrown away.
  if (options.input && child.stdin) pipeline(options.input, child.stdin).catch(() => {});
  const exited = exitOf(child).finally(() => options.signal?.removeEventListener("abort", kill));
  return { output: outputOf(child, { clock, exited }), exited, kill, resize: async () => {} };
}

/** Starts a container as a process group. @throws {@link EngineStartError} */
export async function startProcess(asked: EngineContainer, clock: Clock): Promise<EngineRun> {
  const container = placeMounts(asked);
  const argv = [...(container.entrypoint ?? []), ...(container.command ?? [])];
  const program = { ...container, argv: argv.length > 0 ? argv : noCommand };
  const child = await launch({ ...program, input: container.stdin ? "open" : "none" });
  const exited = exitOf(child);
  const beside = new Set<() => void>();
  void exited.then(() => beside.forEach((kill) => kill()));
  const kill = async (): Promise<void> => {
    signalGroup(child, "SIGKILL");
    await exited;
  };
  // Its first process alone, as with a container.
  const ask = async (): Promise<void> => void child.kill((container.stopSignal ?? "SIGTERM") as NodeJS.Signals);
  return {
    id: String(child.pid),
    exited,
    output: outputOf(child, { clock, exited }),
    address: "127.0.0.1",
    stop: (graceMs) => stopRun({ clock, exited, ask, kill }, graceMs),
    kill,
    exec: async (command, options = {}) => {
      const { command: argv = [] } = placeMounts({ ...asked, command });
      const started = await exec({ ...program, argv, input: "none" }, clock, options);
      const { kill: end } = started;
      beside.add(end);
      void started.exited.then(() => beside.delete(end));
      return started;
    },
    remove: kill,
  };
}
