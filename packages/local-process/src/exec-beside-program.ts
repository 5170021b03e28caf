import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { type ExecEnd, type ExecRequest, type Keystrokes, LongshoreError, type OutputChunk } from "@longshore/core";
import { type Call, orAbort } from "@longshore/core/driver";
import { CollectedOutput } from "./collect-output.ts";
import { findRunning } from "./find-instance.ts";
import type { ServicePlace } from "./order-service.ts";
import { markerName } from "./task-record.ts";
import type { Surroundings } from "./supervisor-messages.ts";
import { resizeTerminal, sizedCommand } from "./terminal-command.ts";
import { typeInput } from "./type-input.ts";

type Child = ChildProcessByStdio<Writable, Readable, Readable>;
/** For whoever the command left behind with its pipes open. */
const longestDrainMs = 2_000;

/** The same folder, environment and user as the program, whose marker it bears: with the program's end it ends as well. */
export async function* execBesideProgram(
  place: ServicePlace,
  request: ExecRequest,
  { signal }: Call,
): AsyncGenerator<OutputChunk | ExecEnd, void, void> {
  const surroundings = await surroundingsOf(place, request, signal);
  const child = begin(request, surroundings);
  const gone = new AbortController();
  const over = AbortSignal.any([signal, gone.signal]);
  const output = new CollectedOutput({ stdout: child.stdout, stderr: child.stderr });
  const ended = once(child, "exit") as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  void ended
    .then(() => gone.abort())
    .then(() => pause(longestDrainMs, undefined, { ref: false }))
    .then(() => output.cut())
    .catch(() => {});
  signal.addEventListener("abort", () => output.cut(), { once: true });
  try {
    await begun(child, request);
    void type(child, request, over).catch((error: unknown) => output.fail(error));
    yield* output.chunks();
    signal.throwIfAborted();
    yield exitOf(await orAbort(signal, () => ended), request);
  } finally {
    endGroup(child);
    output.cut();
    gone.abort();
  }
}

async function surroundingsOf(place: ServicePlace, request: ExecRequest, signal: AbortSignal): Promise<Surroundings> {
  const { id, folder, line } = place;
  const at = { operation: "exec", workload: id };
  const { instance, turn } = await findRunning({ id, folder, instance: request.instance }, "exec");
  if (request.command[0] === undefined) throw new LongshoreError("command is empty", { code: "invalid-argument", ...at });
  if (request.user !== undefined) {
    throw new LongshoreError("everything runs as the user that it was started by; leave user out", {
      code: "invalid-argument",
      ...at,
    });
  }
  if (request.tty !== undefined && process.platform !== "linux") {
    throw new LongshoreError("terminals are made on Linux only; leave tty out", { code: "unsupported", ...at });
  }
  const answer = await line.askTurn(turn, { ask: "surroundings", id, instance }, signal);
  if (answer?.tell === "surroundings") return answer;
  throw new LongshoreError("it does not run", { code: "conflict", ...at });
}

function begin(request: ExecRequest, { workingDirectory, env: own }: Surroundings): Child {
  const { command, tty, env = {} } = request;
  const [program = "", ...words] = tty === undefined ? command : sizedCommand(command, tty);
  const marker = own[markerName];
  const all = {
    ...own,
    ...(tty !== undefined && { TERM: "xterm" }),
    ...env,
    ...(marker !== undefined && { [markerName]: marker }),
  };
  const cwd = request.workingDirectory ?? workingDirectory;
  return spawn(program, words, { cwd, env: all, detached: true, stdio: ["pipe", "pipe", "pipe"] });
}

async function begun(child: Child, { id, command, tty }: ExecRequest): Promise<void> {
  child.stdin.on("error", () => {}); // nobody reads any more
  if (child.pid !== undefined) return;
  const [error] = (await once(child, "error")) as [NodeJS.ErrnoException];
  const what = tty === undefined ? command[0] : "a terminal needs script(1) of util-linux";
  throw new LongshoreError(`${what}: ${error.code ?? error.message}`, {
    code: "invalid-argument",
    operation: "exec",
    workload: id,
    cause: error,
  });
}

const nothing = async function* (): AsyncGenerator<Keystrokes, void, void> {};

function type(child: Child, { input = nothing(), tty }: ExecRequest, gone: AbortSignal): Promise<void> {
  const write = async (bytes: Uint8Array): Promise<void> => {
    if (!child.stdin.write(bytes)) await once(child.stdin, "drain", { signal: gone });
  };
  return typeInput({
    input,
    gone,
    type: write,
    resize: async (size) => (tty === undefined || child.pid === undefined ? undefined : resizeTerminal(child.pid, size, gone)),
    end: () => void child.stdin.end(),
  });
}

function exitOf([code, signal]: readonly [number | null, NodeJS.Signals | null], { tty }: ExecRequest): ExecEnd {
  if (signal !== null) return { kind: "exit", exit: { signal, evidence: `the command ended by ${signal}` } };
  const evidence = tty === undefined ? `the command exited with ${code}` : `script(1) told of ${code}`;
  return { kind: "exit", exit: { ...(code !== null && { code }), evidence } };
}

/** What it left behind, and itself where somebody has gone away from it. */
function endGroup({ pid }: Child): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, constants.signals.SIGKILL);
  } catch {
    // ESRCH: nothing is left.
  }
}
