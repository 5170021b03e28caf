import { LongshoreError, type Runtime } from "@longshore/core";
import { openConfigured } from "../config/open-configured.ts";
import { exitCodeOfEnding } from "../exit-code-of-ending.ts";
import { exitCodeOfError } from "../exit-code-of-error.ts";
import { type Board, openBoard } from "../output/board.ts";
import { describeWorkload } from "../output/describe-workload.ts";
import { reportError } from "../report-error.ts";
import type { Session } from "../session.ts";
import { flagError } from "../spec/flag-error.ts";
import { readSpecFile, type Wish } from "../spec/read-spec-file.ts";
import { type Brought, bringUp } from "./bring-up.ts";
import { leaving } from "./leaving.ts";

export interface UpFlags {
  readonly file?: string;
  readonly name?: string;
  readonly wait?: boolean;
  readonly detach?: boolean;
}
type Opened = ReadonlyMap<string, Runtime>;

async function openEach(session: Session, wishes: readonly Wish[]): Promise<AsyncDisposable & { readonly runtimes: Opened }> {
  const runtimes = new Map<string, Runtime>();
  const close = async (): Promise<void> => {
    await Promise.allSettled([...runtimes.values()].map((runtime) => runtime[Symbol.asyncDispose]()));
  };
  try {
    for (const name of new Set(wishes.map(({ runtime }) => runtime))) {
      runtimes.set(name, await openConfigured(session.config, name, { signal: session.interrupts.signal }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { runtimes, [Symbol.asyncDispose]: close };
}

/** All or nothing: what one runtime refuses keeps the others from beginning. */
async function refuseBadOnes(wishes: readonly Wish[], runtimes: Opened): Promise<void> {
  for (const { runtime, spec } of wishes) {
    const { problems } = (await runtimes.get(runtime)?.plan(spec)) ?? { problems: [] };
    const said = problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
    if (said === "") continue;
    const message = `${runtime} refuses ${spec.id}: ${said}`;
    throw new LongshoreError(message, { code: "invalid-spec", operation: "up", runtime, workload: spec.id, cause: problems });
  }
}

async function report(session: Session, runtime: string, { did, seen }: Brought): Promise<number> {
  if (session.json) await session.output.json({ update: "complete", did, ...describeWorkload(runtime, seen) });
  return seen.kind === "task" && seen.state.phase === "exited" ? exitCodeOfEnding(seen.state) : 0;
}

async function bringAll(
  session: Session,
  flags: UpFlags,
  parts: { readonly wishes: readonly Wish[]; readonly runtimes: Opened; readonly board: Board; readonly only?: "update" },
): Promise<number> {
  const { wishes, runtimes, board, only } = parts;
  const { signal } = session.interrupts;
  const bring = async ({ runtime: name, spec }: Wish): Promise<number> => {
    const runtime = runtimes.get(name);
    if (runtime === undefined) throw new LongshoreError(`${name} was not opened`, { code: "internal", operation: "up" });
    const show = (text: string): void => board.show(spec.id, text);
    return report(
      session,
      name,
      await bringUp({ runtime, spec, signal, show, wait: flags.detach !== true, ...(only && { only }) }),
    );
  };
  const answers = await Promise.allSettled(wishes.map(bring));
  board.done();
  signal.throwIfAborted();
  const failures = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : []));
  for (const failure of failures) await reportError(failure, session.output, session.json);
  const codes = answers.map((answer) => (answer.status === "fulfilled" ? answer.value : exitCodeOfError(answer.reason)));
  return Math.max(...codes);
}

async function bringFile(session: Session, flags: UpFlags, only?: "update"): Promise<number> {
  if (flags.file === undefined) throw flagError("-f", "expected a file with specs, as in: longshore up -f services.yaml");
  if (flags.wait === true && flags.detach === true) throw flagError("--wait", "goes without --detach");
  const wishes = await readSpecFile(session, { file: flags.file, ...(flags.name !== undefined && { name: flags.name }) });
  const tasks = wishes.filter(({ spec }) => spec.kind === "task");
  if (only === "update" && tasks[0] !== undefined)
    throw flagError(flags.file, `${tasks[0].spec.id} is a task, which keeps its spec for ever; expected services`);
  await using opened = await openEach(session, wishes);
  await refuseBadOnes(wishes, opened.runtimes);
  using board = await openBoard(session);
  const ids = wishes.map(({ spec }) => spec.id).join(", ");
  return await leaving(
    session,
    `no longer waiting for ${ids}; what was begun goes on, and the same command again finishes it`,
    () => bringAll(session, flags, { wishes, runtimes: opened.runtimes, board, ...(only && { only }) }),
  );
}

/** Brings about what a file says: starts what is not there, gives services that are there their new spec, waits until all is ready. */
export const up = (session: Session, flags: UpFlags): Promise<number> => bringFile(session, flags);

/** Gives services that are there the spec that a file says. */
export const update = (session: Session, flags: UpFlags): Promise<number> => bringFile(session, flags, "update");
