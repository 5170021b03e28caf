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
