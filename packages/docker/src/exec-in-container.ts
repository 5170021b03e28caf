import {
  type ExecEnd,
  type ExecRequest,
  type Keystrokes,
  LongshoreError,
  type OutputChunk,
  type TerminalSize,
} from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { converse } from "./converse.ts";
import type { Engine } from "./engine.ts";
import { findRunning, type SessionParts } from "./find-instance.ts";
import { lookUntil } from "./look-until.ts";
import { neverTyped } from "./never-typed.ts";

/** `GET /exec/ID/json`. */
interface InspectedExec {
  readonly Running: boolean;
  readonly ExitCode: number | null;
}
type ExecEvents = AsyncGenerator<OutputChunk | ExecEnd, void, void>;

const nothing = async function* (): AsyncGenerator<Keystrokes, void, void> {};

const toBody = ({ command, env = {}, workingDirectory, user, tty, input }: ExecRequest): object => ({
  Cmd: command,
  Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
  AttachStdin: input !== undefined || tty !== undefined,
  AttachStdout: true,
  AttachStderr: true,
  Tty: tty !== undefined,
  DetachKeys: neverTyped,
  ...(tty !== undefined && { ConsoleSize: [tty.rows, tty.columns] }),
  ...(workingDirectory !== undefined && { WorkingDir: workingDirectory }),
  ...(user !== undefined && { User: user }),
});

class Execution {
  readonly #engine: Engine;
  readonly #id: string;

  constructor(engine: Engine, id: string) {
    this.#engine = engine;
    this.#id = id;
  }
  async inspect(signal: AbortSignal): Promise<InspectedExec> {
    return this.#engine.call("exec inspect", signal, (docker, abortSignal) => docker.getExec(this.#id).inspect({ abortSignal }));
  }
  /** What has ended has no size any more. */
  async resize({ rows: h, columns: w }: TerminalSize, signal: AbortSignal): Promise<void> {
    try {
      await this.#engine.call("exec resize", signal, (docker, abortSignal) =>
        docker.getExec(this.#id).resize({ _query: { h, w }, _body: {}, abortSignal } as never),
      );
    } catch (error) {
      if ((await this.inspect(signal)).Running) throw error;
    }
  }
  async code(signal: AbortSignal): Promise<number> {
    const ended = await lookUntil(async () => {
      const seen = await this.inspect(signal);
      return seen.Running ? undefined : seen;
    }, signal);
    if (ended === undefined || ended.ExitCode === null) throw outputEnded(ended === undefined);
    return ended.ExitCode;
  }
}
const outputEnded = (running: boolean): LongshoreError => {
  const message = running
    ? "the command runs on without its output: it closed that, or the connection broke"
    : "the engine does not say how the command ended";
  return new LongshoreError(message, { code: "unavailable", retryable: false, operation: "exec" });
};

/** A command beside the program. The engine has no way to end one: after an abort it runs on, its input at an end. */
export async function* execInContainer(parts: SessionParts, request: ExecRequest, { signal }: Call): ExecEvents {
  const { engine } = parts;
  const container = await findRunning(parts, request, signal);
  const { id: Id } = await engine.call("exec create", signal, (docker, abortSignal) =>
    docker.getContainer(container.Id).exec({ _query: {}, _body: toBody(request), abortSignal } as never),
  );
  const execution = new Execution(engine, Id);
  const { tty } = request;
  const Console = tty === undefined ? {} : { ConsoleSize: [tty.rows, tty.columns] };
  const body = { Detach: false, Tty: tty !== undefined, ...Console };
  const socket = await engine.hijack("exec start", signal, { path: `/exec/${Id}/start`, query: {}, body });
  const resize = (size: TerminalSize): Promise<void> => execution.resize(size, signal);
  const input = tty === undefined ? request.input : sizedFirst(tty, request.input ?? nothing());
  yield* converse(socket, { tty: tty !== undefined, resize, ...(input !== undefined && { input }) });
  const code = await execution.code(signal);
  yield { kind: "exit", exit: { code, evidence: `exec ${Id.slice(0, 12)}: Running false, ExitCode ${code}` } };
}

/** Engines before 25 take no size at the start. */
async function* sizedFirst(size: TerminalSize, input: AsyncIterable<Keystrokes>): AsyncGenerator<Keystrokes, void, void> {
  yield size;
  yield* input;
}
