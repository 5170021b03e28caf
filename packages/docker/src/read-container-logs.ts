import { type Instant, instant, LongshoreError, type Stream } from "@longshore/core";
import type { Call, DriverLogItem, DriverLogQuery } from "@longshore/core/driver";
import type { Engine } from "./engine.ts";
import type { InspectedContainer } from "./map-container-state.ts";
import { type LogFrame, parseLogFrames, parseTerminalLog } from "./parse-log-frames.ts";

export interface ReadableLog {
  readonly engine: Engine;
  readonly container: InspectedContainer;
  /** Undefined once it is gone. */
  readonly look: (call: Call) => Promise<InspectedContainer | undefined>;
}
interface Entry {
  readonly stream: Stream;
  readonly at: Instant;
  readonly bytes: Buffer;
}

/** Seconds and nanoseconds, as the engine takes times. */
function toSince(at: string, earlierMs: number): string {
  const [, fraction = "0"] = /\.(\d+)Z$/.exec(at) ?? [];
  return `${Math.floor((Date.parse(at) - earlierMs) / 1000)}.${fraction}`;
}

function toEntry({ stream, bytes }: LogFrame): Entry {
  const space = bytes.indexOf(32);
  return { stream, at: instant(bytes.subarray(0, space).toString()), bytes: bytes.subarray(space + 1) };
}

/**
 * How far times go back where two streams are copied at the same moment: the two copiers stamp what they read, and either may
 * be the first to write it down. Generous; what it costs is that many seconds of log, read again at a resume.
 */
const slackMs = 5000;

/**
 * A position is the latest time seen so far. Some engines apply `since` to each entry, others up to the first that passes
 * (20.10 and later ones differ); so a read from a position asks for a little more, and begins with the entry that first
 * bore it. Pieces of a long line keep the time and position of its beginning.
 */
async function* place(entries: AsyncIterable<Entry>, from: string, instance: string): AsyncGenerator<DriverLogItem, void, void> {
  let latest = "";
  const open = new Map<Stream, { readonly at: Instant; readonly position: string }>();
  for await (const { stream, at, bytes } of entries) {
    if (at > latest) latest = at;
    if (latest < from) continue;
    const begun = open.get(stream) ?? { at, position: latest };
    if (bytes.at(-1) === 10) open.delete(stream);
    else open.set(stream, begun);
    yield { kind: "bytes", stream, instance, ...begun, bytes };
  }
}

async function* entriesOf(frames: AsyncIterable<LogFrame>): AsyncGenerator<Entry, void, void> {
  for await (const frame of frames) yield toEntry(frame);
}

function toQuery({ follow, position = "", since, tail }: DriverLogQuery): Readonly<Record<string, string | number | boolean>> {
  const query = { follow, stdout: true, stderr: true, timestamps: true };
  if (position !== "") return { ...query, since: toSince(position, slackMs) };
  return { ...query, ...(since !== undefined && { since: toSince(since, 0) }), ...(tail !== undefined && { tail }) };
}

/** To the end of the log, or of what there is now; a connection that only broke is told apart from the end by a look. */
export async function* readContainerLogs(
  { engine, container, look }: ReadableLog,
  query: DriverLogQuery,
  call: Call,
): AsyncGenerator<DriverLogItem, void, void> {
  const path = `/containers/${container.Id}/logs`;
  const body = await engine.stream("logs", call.signal, { path, query: toQuery(query) });
  const instance = container.Id.slice(0, 12);
  const frames = container.Config.Tty ? parseTerminalLog(body) : parseLogFrames(body);
  const from = query.position ?? "";
  let resumed = from !== "";
  try {
    for await (const item of place(entriesOf(frames), from, instance)) {
      if (resumed && item.position > from) {
        yield { kind: "gap", position: item.position, gap: "lost", reason: "the engine no longer has these lines", instance };
      }
      resumed = false;
      yield item;
    }
  } finally {
    (body as NodeJS.ReadableStream & { destroy(): void }).destroy();
  }
  if (!query.follow) return;
  const now = await look(call);
  if (now === undefined || !now.State.Running) return;
  throw new LongshoreError("the log ended while the container runs", { code: "unavailable", operation: "logs" });
}
