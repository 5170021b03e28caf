import { instant, LongshoreError } from "@longshore/core";
import type { Call, DriverLogItem, DriverLogQuery } from "@longshore/core/driver";
import type { Engine } from "./engine.ts";
import { type LogEntry, LogPlacer } from "./log-placer.ts";
import type { InspectedContainer } from "./map-container-state.ts";
import { type LogFrame, parseLogFrames, parseTerminalLog } from "./parse-log-frames.ts";

export interface ReadableLog {
  readonly engine: Engine;
  readonly container: InspectedContainer;
  /** Undefined once it is gone. */
  readonly look: (call: Call) => Promise<InspectedContainer | undefined>;
}

/** Seconds and nanoseconds, as the engine takes times. */
function toSince(at: string, earlierMs: number): string {
  const [, fraction = "0"] = /\.(\d+)Z$/.exec(at) ?? [];
  return `${Math.floor((Date.parse(at) - earlierMs) / 1000)}.${fraction}`;
}

function toEntry({ stream, bytes }: LogFrame): LogEntry {
  const space = bytes.indexOf(32);
  return { stream, at: instant(bytes.toString("latin1", 0, space)), bytes: bytes.subarray(space + 1) };
}

/**
 * How far times go back where two streams are copied at the same moment: the two copiers stamp what they read, and either may
 * be the first to write it down. Generous; what it costs is that many seconds of log, read again at a resume.
 */
const slackMs = 5000;

interface Reading extends Omit<DriverLogQuery, "positions"> {
  readonly position?: string;
}

function toQuery({ follow, position = "", since, tail }: Reading): Readonly<Record<string, string | number | boolean>> {
  const query = { follow, stdout: true, stderr: true, timestamps: true };
  if (position !== "") return { ...query, since: toSince(position, slackMs) };
  return { ...query, ...(since !== undefined && { since: toSince(since, 0) }), ...(tail !== undefined && { tail }) };
}

/** One reading of the engine's, to its end. */
async function* readFrames(
  { engine, container }: ReadableLog,
  query: Reading,
  call: Call,
): AsyncGenerator<readonly LogFrame[], void, void> {
  const path = `/containers/${container.Id}/logs`;
  const body = await engine.stream("logs", call.signal, { path, query: toQuery(query) });
  try {
    yield* container.Config.Tty ? parseTerminalLog(body) : parseLogFrames(body);
  } finally {
    (body as NodeJS.ReadableStream & { destroy(): void }).destroy();
  }
}

/**
 * To the end of the log, or of what there is now. A connection that only broke is told apart from the end by a look; and at the
 * end the log is read once more from the last position, since an engine (20.10) may end a followed log before its last entry.
 */
export async function* readContainerLogs(
  log: ReadableLog,
  query: DriverLogQuery,
  call: Call,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const instance = log.container.Id.slice(0, 12);
  const { positions = {}, follow, ...rest } = query;
  const from = positions[instance] ?? "";
  const placer = new LogPlacer(instance, from);
  let resumed = from !== "";
  for await (const frames of readFrames(log, { ...rest, follow, position: from }, call)) {
    const items: DriverLogItem[] = [];
    for (const frame of frames) {
      const item = placer.place(toEntry(frame));
      if (item === undefined) continue;
      if (resumed && item.position > from) items.push(lostBefore(item.position, instance));
      resumed = false;
      items.push(item);
    }
    yield items;
  }
  if (follow) yield* readEnd(log, placer, call);
}

const lostBefore = (position: string, instance: string): DriverLogItem => ({
  kind: "gap",
  position,
  gap: "lost",
  reason: "the engine no longer has these lines",
  instance,
});

/** Of a container that has ended; one that runs had its connection broken. */
async function* readEnd(log: ReadableLog, placer: LogPlacer, call: Call): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const now = await log.look(call);
  if (now === undefined) return;
  if (now.State.Running) {
    throw new LongshoreError("the log ended while the container runs", { code: "unavailable", operation: "logs" });
  }
  const end = placer.resume();
  for await (const frames of readFrames(log, { follow: false, position: end.from }, call)) {
    yield frames.map((frame) => end.place(toEntry(frame))).filter((item) => item !== undefined);
  }
}
