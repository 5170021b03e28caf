import { orAbort } from "@longshore/core/driver";

interface Offered<T> {
  readonly batch: readonly T[];
  readonly taken: () => void;
}

/** Batches of sources that come and go, as they come; a source waits until its batch is taken. */
export class MergedBatches<T> {
  readonly #offered: Offered<T>[] = [];
  #failure: { readonly error: unknown } | undefined;
  #closed = false;
  #wake = (): void => {};

  /** Resolves at the source's end. What it throws ends the whole. */
  async add(source: AsyncIterable<readonly T[]>): Promise<void> {
    try {
      for await (const batch of source) {
        if (this.#closed) return;
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#offered.push({ batch, taken: resolve });
        this.#wake();
        await promise;
      }
    } catch (error) {
      this.#failure ??= { error };
      this.#wake();
    }
  }
  /** Until `over` has settled and everything was taken. */
  async *read(over: Promise<void>, signal: AbortSignal): AsyncGenerator<readonly T[], void, void> {
    let ended = false;
    const end = (): void => {
      ended = true;
      this.#wake();
    };
    void over.then(end, (error: unknown) => {
      this.#failure ??= { error };
      end();
    });
    try {
      for (;;) {
        for (let one = this.#offered.shift(); one !== undefined; one = this.#offered.shift()) {
          yield one.batch;
          one.taken();
        }
        if (this.#failure !== undefined) throw this.#failure.error;
        if (ended && this.#offered.length === 0) return;
        await orAbort(signal, () => new Promise<void>((resolve) => (this.#wake = resolve)));
      }
    } finally {
      this.#closed = true;
      for (const { taken } of this.#offered) taken();
    }
  }
}

interface Timed {
  readonly at?: string;
}
interface Source<T> {
  readonly batches: AsyncIterator<readonly T[]>;
  batch: readonly T[];
  next: number;
}

async function advance<T>(source: Source<T>): Promise<boolean> {
  while (source.next >= source.batch.length) {
    const { done, value } = await source.batches.next();
    if (done === true) return false;
    source.batch = value;
    source.next = 0;
  }
  return true;
}

/** Of sources that end: always the item that is the oldest of those that come next; each source keeps its own order. */
export async function* mergeByTime<T extends object>(
  all: readonly AsyncIterable<readonly T[]>[],
): AsyncGenerator<readonly T[], void, void> {
  const timeOf = (source: Source<T>): string => (source.batch[source.next] as Timed).at ?? "";
  const sources = all.map((one): Source<T> => ({ batches: one[Symbol.asyncIterator](), batch: [], next: 0 }));
  try {
    const left = new Set(sources);
    for (const source of sources) if (!(await advance(source))) left.delete(source);
    while (left.size > 0) {
      const out: T[] = [];
      const rest = [...left];
      for (let source = oldest(rest, timeOf); source.next < source.batch.length; source = oldest(rest, timeOf)) {
        out.push(source.batch[source.next++] as T);
        if (source.next < source.batch.length) continue;
        if (!(await advance(source))) left.delete(source);
        break;
      }
      yield out;
    }
  } finally {
    for (const { batches } of sources) await batches.return?.();
  }
}

const oldest = <S>(sources: readonly S[], timeOf: (source: S) => string): S =>
  sources.reduce((first, other) => (timeOf(other) < timeOf(first) ? other : first));
