import type { LogCursor, LogQuery, LogRecord, Runtime, WorkloadId } from "@longshore/core";

export interface Reading {
  readonly runtime: Runtime;
  readonly id: WorkloadId;
  readonly query: LogQuery;
}

/**
 * The records of one instance alone, of all where none is named. With `tail`, the last so many of that instance: what others
 * wrote does not count.
 */
export async function* recordsOf(
  { runtime, id, query }: Reading,
  instance: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<LogRecord, void, void> {
  if (instance === undefined) return yield* runtime.logs(id, query, { signal });
  const { tail, follow = false, ...rest } = query;
  const held: LogRecord[] = [];
  let cursor: LogCursor | undefined = query.cursor;
  for await (const record of runtime.logs(id, { ...rest, follow: follow && tail === undefined }, { signal })) {
    ({ cursor } = record);
    if (record.instance !== instance) continue;
    if (tail === undefined) yield record;
    else {
      held.push(record);
      if (held.length > tail) held.shift();
    }
  }
  yield* held;
  if (!follow || tail === undefined) return;
  const from = cursor === undefined ? rest : { cursor };
  for await (const record of runtime.logs(id, { ...from, follow }, { signal })) if (record.instance === instance) yield record;
}
