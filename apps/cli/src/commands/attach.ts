import { type AttachRequest, type Runtime, workloadId } from "@longshore/core";
import { findWorkload } from "../runtimes/find-workload.ts";
import { lacksCapability } from "../runtimes/lacks-capability.ts";
import type { Session } from "../session.ts";
import { DetachKeys } from "../sessions/detach-keys.ts";
import { rawTerminal } from "../sessions/raw-terminal.ts";
import { showOutput } from "../sessions/show-output.ts";
import { TypedInput } from "../sessions/typed-input.ts";
import { leaving } from "./leaving.ts";

export interface AttachFlags {
  readonly interactive?: boolean;
  readonly tty?: boolean;
  readonly instance?: string;
  readonly detachKeys?: string;
}

/** What is typed goes to the program where that was asked for: the end of our stdin would be the end of its. */
function typedFor(flags: AttachFlags, detach: () => void): TypedInput | undefined {
  const { interactive = false, tty = false } = flags;
  if (!interactive && !tty) return undefined;
  const keys = new DetachKeys(flags.detachKeys);
  return new TypedInput({ input: process.stdin, sizes: tty, ...(tty && { detach: { keys, leave: detach } }) });
}

/** Shows a program's output from now on, until it ends or somebody leaves; answers whether it was left. */
export async function showAttached(
  session: Session,
  runtime: Runtime,
  asked: { readonly request: Omit<AttachRequest, "input">; readonly flags: AttachFlags },
): Promise<{ readonly detached: boolean }> {
  const { request, flags } = asked;
  if (!runtime.supports("attach")) throw lacksCapability(runtime, "attach", request.id);
  const detached = new AbortController();
  using typed = typedFor(flags, () => detached.abort(new Error("detached")));
  using _raw = flags.tty === true ? rawTerminal(process.stdin, session.interrupts) : undefined;
  const signal = AbortSignal.any([session.interrupts.signal, detached.signal]);
  const chunks = runtime.capabilities.attach.attach({ ...request, ...(typed !== undefined && { input: typed }) }, { signal });
  if (flags.tty === true) typed?.redraw();
  try {
    for await (const chunk of chunks) await showOutput(session, chunk);
  } catch (error) {
    if (!detached.signal.aborted) throw error;
  }
  return { detached: detached.signal.aborted };
}

/** The program's own terminal or pipes, from now on. Whoever leaves leaves it running. */
export async function attach(session: Session, given: string, flags: AttachFlags): Promise<number> {
  const id = workloadId(given);
  await using found = await findWorkload(session, id);
  const request = { id, ...(flags.instance !== undefined && { instance: flags.instance }) };
  const living = `left ${id}, which goes on`;
  const { detached } = await leaving(session, living, () => showAttached(session, found.runtime, { request, flags }));
  if (detached) await session.output.note(living);
  return 0;
}
