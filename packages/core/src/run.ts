import type { CallOptions, Progress } from "./call.ts";
import type { WorkloadId } from "./ids.ts";
import type { LogRecord } from "./log-record.ts";
import { type ErrorReport, LongshoreError } from "./longshore-error.ts";
import { merge } from "./merge.ts";
import { orAbort } from "./or-abort.ts";
import { pull } from "./pull.ts";
import type { TaskSpec } from "./spec.ts";
import type { Ending, Inspection, Task, Workload } from "./workload.ts";

/** `error` is what the run survives, such as logs that cannot be read; what it does not survive, the loop throws. */
export type Update =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "status"; readonly task: Task }
  | { readonly kind: "log"; readonly record: LogRecord }
  | { readonly kind: "error"; readonly error: ErrorReport }
  | { readonly kind: "complete"; readonly id: WorkloadId; readonly ending: Ending };

/** What a run needs of a runtime. */
export interface RunVerbs {
  start(spec: TaskSpec, options: CallOptions & { readonly onProgress: (progress: Progress) => void }): Promise<Workload>;
  logs(id: WorkloadId, query: { readonly follow: true }, options: CallOptions): AsyncIterable<LogRecord>;
  wait(id: WorkloadId, options: CallOptions): Promise<Ending>;
  observe(id: WorkloadId, options: CallOptions): AsyncIterable<Inspection>;
}

/** A task that was asked for. Iterate it, await `result`, or both; neither is needed for it to go on. */
export class Run implements AsyncIterable<Update> {
  readonly id: WorkloadId;
  readonly #verbs: RunVerbs;
  readonly #signal: AbortSignal;
  readonly #started: Promise<Workload>;
  readonly #progress: Progress[] = [];
  #tell: () => void = () => {};
  #result: Promise<Ending> | undefined;

  constructor(verbs: RunVerbs, spec: TaskSpec, signal: AbortSignal) {
    this.id = spec.id;
    this.#verbs = verbs;
    this.#signal = signal;
    const onProgress = (progress: Progress): void => {
      this.#progress.push(progress);
      this.#tell();
    };
    this.#started = verbs.start(spec, { signal, onProgress });
    this.#started.catch(() => {}); // whoever iterates or asks for the result hears of it
  }
  /** The waiting begins when first asked for, and is not ended by leaving a loop. */
  get result(): Promise<Ending> {
    return (this.#result ??= this.#started.then(() => this.#verbs.wait(this.id, { signal: this.#signal })));
  }
  [Symbol.asyncIterator](): AsyncIterableIterator<Update> {
    return pull({ signal: this.#signal, open: (signal) => this.#updates(signal), wrap: (error) => error });
  }
  async *#updates(signal: AbortSignal): AsyncGenerator<Update, void, void> {
    yield* this.#starting();
    await orAbort(signal, () => this.#started);
    let ending: Ending | undefined;
    for await (const update of merge([this.#states(signal), this.#logs(signal)])) {
      if (update.kind === "status" && update.task.state.phase === "exited") ending = update.task.state;
      yield update;
    }
    const { id } = this;
    if (ending === undefined) {
      throw new LongshoreError(`${id} was removed before its end was seen`, {
        code: "not-found",
        operation: "run",
        workload: id,
      });
    }
    yield { kind: "complete", id, ending };
  }
  async *#starting(): AsyncGenerator<Update, void, void> {
    let settled = false;
    const end = (): void => {
      settled = true;
      this.#tell();
    };
    this.#started.then(end, end);
    for (;;) {
      for (let progress = this.#progress.shift(); progress !== undefined; progress = this.#progress.shift()) {
        yield { kind: "progress", progress };
      }
      if (settled) return;
      await new Promise<void>((resolve) => (this.#tell = resolve));
    }
  }
  /** Removed by somebody: the logs are drained all the same. */
  async *#states(signal: AbortSignal): AsyncGenerator<Update, void, void> {
    for await (const seen of this.#verbs.observe(this.id, { signal })) {
      if (seen.kind === "task") yield { kind: "status", task: seen };
    }
  }
  async *#logs(signal: AbortSignal): AsyncGenerator<Update, void, void> {
    try {
      for await (const record of this.#verbs.logs(this.id, { follow: true }, { signal })) yield { kind: "log", record };
    } catch (error) {
      if (signal.aborted || !LongshoreError.is(error)) throw error;
      yield { kind: "error", error: error.toJSON() };
    }
  }
}
