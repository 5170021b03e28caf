import { type ExecRequest, LongshoreError, type WorkloadId, workloadId } from "@longshore/core";
import { exitCodeOfExit } from "../exit-code-of-ending.ts";
import { findWorkload } from "../runtimes/find-workload.ts";
import { lacksCapability } from "../runtimes/lacks-capability.ts";
import type { Session } from "../session.ts";
import { rawTerminal } from "../sessions/raw-terminal.ts";
import { showUntilEnd } from "../sessions/show-output.ts";
import { terminalSize } from "../sessions/terminal-size.ts";
import { TypedInput } from "../sessions/typed-input.ts";
import { flagError } from "../spec/flag-error.ts";
import { keyValuePairs } from "../spec/key-value-pairs.ts";
import { leaving } from "./leaving.ts";

export interface ExecFlags {
  readonly interactive?: boolean;
  readonly tty?: boolean;
  readonly instance?: string;
  readonly env?: readonly string[];
  readonly workdir?: string;
  readonly user?: string;
}

function requestOf(id: WorkloadId, flags: ExecFlags, command: readonly string[]): ExecRequest {
  if (command.length === 0) throw flagError("exec", "expected a command after --, as in: longshore exec a1 -- ls /");
  const { instance, workdir, user } = flags;
  const env = keyValuePairs("--env", flags.env);
  return {
    id,
    command,
    ...(instance !== undefined && { instance }),
    ...(Object.keys(env).length > 0 && { env }),
    ...(workdir !== undefined && { workingDirectory: workdir }),
    ...(user !== undefined && { user }),
    ...(flags.tty === true && { tty: terminalSize() }),
  };
}

/** Runs a command beside a workload's program and exits as the command does. */
export async function exec(
  session: Session,
  given: string,
  asked: { readonly flags: ExecFlags; readonly command: readonly string[] },
): Promise<number> {
  const { flags } = asked;
  const id = workloadId(given);
  const request = requestOf(id, flags, asked.command);
  await using found = await findWorkload(session, id);
  const { runtime } = found;
  if (!runtime.supports("exec")) throw lacksCapability(runtime, "exec", id);
  const { interactive = false, tty = false } = flags;
  using typed = interactive || tty ? new TypedInput({ ...(interactive && { input: process.stdin }), sizes: tty }) : undefined;
  using _raw = tty && interactive ? rawTerminal(process.stdin, session.interrupts) : undefined;
  const events = runtime.capabilities.exec.exec(
    { ...request, ...(typed !== undefined && { input: typed }) },
    { signal: session.interrupts.signal },
  );
  const exit = await leaving(session, `left the command; it may go on beside ${id}`, () => showUntilEnd(session, events));
  if (exit === undefined) {
    const message = `${runtime.name}: how the command in ${id} ended is not known`;
    throw new LongshoreError(message, { code: "unknown", operation: "exec", runtime: runtime.name, workload: id });
  }
  if (session.json)
    await session.output.json({ exitCode: exit.code ?? null, signal: exit.signal ?? null, evidence: exit.evidence });
  return exitCodeOfExit(exit);
}
