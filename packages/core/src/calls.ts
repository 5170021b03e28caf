import type { Call, CallOptions, Progress } from "./call.ts";
import { each } from "./each.ts";
import type { Fault } from "./fault.ts";
import type { Limiter } from "./host.ts";
import type { DriverLogItem, LogRecord } from "./log-record.ts";
import { LogLines } from "./log-lines.ts";
import { LongshoreError } from "./longshore-error.ts";
import { neverAborted, orAbort } from "./or-abort.ts";
import { pull } from "./pull.ts";
import type { Place, Wrapper } from "./wrap-capabilities.ts";

interface Native {
  readonly name: string;
  readonly limiter: Limiter;
  classify(error: unknown): Fault | undefined;
  /** Takes known secrets out of a text. */
  mask(text: string): string;
}
type Options = (CallOptions & { readonly onProgress?: (progress: Progress) => void }) | undefined;

/** The one way to a driver: every verb and every capability goes through `call` or `stream`. */
export class Calls implements Wrapper {
  readonly #native: Native;
  readonly #closed = new AbortController();

  constructor(native: Native) {
    this.#native = native;
  }
  async call<T>(at: Place, options: Options, body: (call: Call) => Promise<T>): Promise<T> {
    const { signal, report } = this.#begin(options);
    try {
      return await orAbort(signal, () => body({ signal, report }));
    } catch (error) {
      throw signal.aborted ? signal.reason : this.wrap(at, error);
    }
  }
  stream<T>(at: Place, options: Options, open: (call: Call) => AsyncIterable<T>): AsyncIterableIterator<T, undefined, undefined> {
    const { signal: outer, report } = this.#begin(options);
    return pull({ signal: outer, open: (signal) => open({ signal, report }), wrap: (error) => this.wrap(at, error) });
  }
  /** The items of batches, one by one. */
  batches<T>(
    at: Place,
    options: Options,
    open: (call: Call) => AsyncIterable<readonly T[]>,
  ): AsyncIterableIterator<T, undefined, undefined> {
    const { signal, report } = this.#begin(options);
    const feed = {
      signal,
      open: (inner: AbortSignal) => open({ signal: inner, report }),
      wrap: (error: unknown) => this.wrap(at, error),
    };
    return each({ signal, batches: pull(feed) });
  }
  lines(
    at: Place,
    options: Options,
    open: (call: Call) => AsyncIterable<readonly DriverLogItem[]>,
  ): AsyncIterableIterator<LogRecord, undefined, undefined> {
    const mask = (text: string): string => this.#native.mask(text);
    return this.batches(at, options, async function* (call) {
      const lines = new LogLines({ mask });
      for await (const items of open(call)) {
        const records: LogRecord[] = [];
        for (const item of items) lines.push(item, records);
        yield records;
      }
      const tails: LogRecord[] = [];
      lines.end(tails);
      yield tails;
    });
  }
  /** Once: what is a LongshoreError already keeps its cause and gains only the place it did not know. */
  wrap(at: Place, error: unknown): LongshoreError {
    const { name: runtime } = this.#native;
    if (!LongshoreError.is(error)) return this.error(at, this.#native.classify(error) ?? { code: "unknown" }, error);
    if (error.runtime !== undefined) return error;
    const place = { ...at, workload: error.workload ?? at.workload };
    const { workload, ...rest } = { ...error.toJSON(), ...place, runtime, cause: error.cause };
    return new LongshoreError(this.#native.mask(error.message), workload === undefined ? rest : { ...rest, workload });
  }
  error(at: Place, fault: Fault, cause: unknown): LongshoreError {
    const { message: said = cause instanceof Error ? cause.message : String(cause), ...rest } = fault;
    if (rest.code === "throttled") this.#native.limiter.throttled(rest.retryAfterMs);
    const what = at.workload === undefined ? at.operation : `${at.operation} ${at.workload}`;
    const message = this.#native.mask(`${this.#native.name}: ${what} failed (${rest.code}): ${said}`);
    return new LongshoreError(message, { ...rest, ...at, runtime: this.#native.name, cause });
  }
  close(): void {
    this.#closed.abort(this.error({ operation: "close" }, { code: "closed" }, "the runtime was closed"));
  }
  /** Aborts when the runtime is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }
  #begin(options: Options): Call {
    const signal = AbortSignal.any([options?.signal ?? neverAborted(), this.#closed.signal]);
    return { signal, report: options?.onProgress ?? (() => {}) };
  }
}
