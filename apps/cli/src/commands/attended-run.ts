import type { Readable } from "node:stream";
import { type Ending, LongshoreError, type Runtime, type Task, type TaskSpec, type Update } from "@longshore/core";
import { exitCodeOfEnding } from "../exit-code-of-ending.ts";
import { describeRecord } from "../output/describe-record.ts";
import { describeWorkload } from "../output/describe-workload.ts";
import type { ProgressLine } from "../output/progress-line.ts";
import { writeRecord } from "../output/write-record.ts";
import type { Session } from "../session.ts";
import { TypedInput } from "../sessions/typed-input.ts";
import { clearFailedStart } from "./clear-failed-start.ts";
import { reportEnding } from "./report-ending.ts";
import { showProgress } from "./show-progress.ts";

export interface AttendedRunParts {
  readonly session: Session;
  readonly runtime: Runtime;
  readonly spec: TaskSpec;
  readonly progress: ProgressLine;
  readonly keep: boolean;
  /** Passed on to the program's stdin, its end too. */
  readonly input?: Readable;
}
const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * A task whose output is shown until its end, and which is removed then. The first Ctrl-C stops it and the showing goes on to
 * its end; the second stops waiting.
 */
export class AttendedRun {
  readonly #parts: AttendedRunParts;
  /** Ends a start that is under way, or the showing when nobody reads it. */
  readonly #leaving = new AbortController();
  readonly #show: ReturnType<typeof showProgress>;
  #task: Task | undefined;
  #ended = false;
  /** Settled, never rejected. */
  #stopping: Promise<void> = Promise.resolve();

  constructor(parts: AttendedRunParts) {
    this.#parts = parts;
    this.#show = showProgress(parts.session, parts.progress, parts.spec.id);
  }
  async attend(): Promise<number> {
    const { session, runtime, spec } = this.#parts;
    const { interrupts } = session;
    using _first = interrupts.intercept(() => this.#stop());
    try {
      const ending = await this.#follow();
      await this.#stopping;
      await this.#remove();
      return interrupts.exitCode ?? exitCodeOfEnding(ending);
    } catch (error) {
      if (interrupts.signal.aborted) {
        await session.output.note(`no longer waiting for ${spec.id}; it may still be there: longshore rm ${spec.id}`);
      } else if (this.#task !== undefined) {
        await this.#stopping;
        await this.#remove();
      } else await clearFailedStart({ runtime, spec, signal: interrupts.signal }, error);
      if (interrupts.exitCode === undefined) throw error;
      return interrupts.exitCode;
    }
  }
  async #follow(): Promise<Ending> {
    const { session, runtime, spec } = this.#parts;
    const signal = AbortSignal.any([session.interrupts.signal, this.#leaving.signal]);
    for await (const update of runtime.run(spec, { signal })) {
      if (update.kind === "complete") {
        this.#ended = true;
        await this.#complete(update.ending);
        return update.ending;
      }
      await this.#take(update);
    }
    throw new LongshoreError(`${spec.id}: the run ended early`, { code: "internal", operation: "run", workload: spec.id });
  }
  async #take(update: Exclude<Update, { readonly kind: "complete" }>): Promise<void> {
    const { session, runtime, progress } = this.#parts;
    const { output, json } = session;
    if (update.kind === "progress") return this.#show(update.progress);
    progress.clear();
    if (update.kind === "status") {
      if (this.#task === undefined) this.#feed();
      this.#task = update.task;
      this.#ended ||= update.task.state.phase === "exited";
      if (json) await output.json({ update: "status", ...describeWorkload(runtime.name, update.task) });
    } else if (update.kind === "log") {
      if (json) await output.json({ update: "log", ...describeRecord(update.record) });
      else await writeRecord(output, update.record);
    } else if (json) await output.json({ update: "error", error: update.error });
    else await output.note(update.error.message);
  }
  /** What the program writes is read from its logs, which miss nothing; the connection is there to be typed into. */
  #feed(): void {
    const { session, runtime, spec, input } = this.#parts;
    if (input === undefined || !runtime.supports("attach")) return;
    const signal = AbortSignal.any([session.interrupts.signal, this.#leaving.signal]);
    const feed = async (): Promise<void> => {
      using typed = new TypedInput({ input, sizes: false });
      for await (const _chunk of runtime.capabilities.attach.attach({ id: spec.id, input: typed }, { signal }));
    };
    void feed().catch((error: unknown) => {
      // A program that has ended takes nothing more: that is no failure of the run.
      if (!signal.aborted && !this.#ended) void session.output.note(`stdin is not connected: ${said(error)}`);
    });
  }
  async #complete(ending: Ending): Promise<void> {
    const { session, runtime, spec } = this.#parts;
    // Whoever stopped it here knows why it ended.
    const asked = ending.outcome === "stopped" && session.interrupts.exitCode !== undefined;
    if (!session.json) return asked ? undefined : reportEnding(session, spec.id, ending);
    const task = this.#task && describeWorkload(runtime.name, { ...this.#task, state: ending });
    await session.output.json({ update: "complete", ...task });
  }
  #stop(): void {
    const { session, runtime, spec } = this.#parts;
    if (this.#task === undefined) return this.#leaving.abort(new Error("interrupted"));
    const tellFailure = (error: unknown): void => {
      if (!session.interrupts.signal.aborted) void session.output.note(`${said(error)}; once more to stop waiting`);
    };
    this.#stopping = runtime.stop(spec.id, { signal: session.interrupts.signal }).then(() => {}, tellFailure);
    if (!session.output.isRead) this.#leaving.abort(new Error("nobody reads"));
  }
  async #remove(): Promise<void> {
    const { session, runtime, spec, keep } = this.#parts;
    if (keep) return;
    try {
      await runtime.remove(spec.id, { signal: session.interrupts.signal });
    } catch (error) {
      await session.output.note(`${spec.id} could not be removed, try longshore rm ${spec.id}: ${said(error)}`);
    }
  }
}
