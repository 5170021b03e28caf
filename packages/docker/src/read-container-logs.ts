import { instant, LongshoreError } from "@longshore/core";
import type { Call, DriverLogItem, DriverLogQuery } from "@longshore/core/driver";
import { shortId } from "./container-names.ts";
import type { Engine } from "./engine.ts";
import { type LogEntry, LogPlacer } from "./log-placer.ts";
import type { InspectedContainer } from "./map-container-state.ts";
import type { OutputFrame } from "./demultiplex-output.ts";
import { parseLogFrames, parseTerminalLog } from "./parse-log-frames.ts";

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

function toEntry({ stream, bytes }: OutputFrame): LogEntry {
  const space = bytes.indexOf(32);
  return { stream, at: instant(bytes.toString("latin1", 0, space)), bytes: bytes.subarray(space + 1) };
}

/**
 * How far times go back where two streams are copied at the same moment: the two copiers stamp what they read, and either may
 * be the first to write it down. Generous; what it costs is that many seconds of log, read again at a resume.
 */
const slackMs = 5000;

export interface Reading extends Omit<DriverLogQuery, "positions"> {
  /** Where the read begins, and what of it is passed over. */
  readonly placer: LogPlacer;
}

function toQuery({ follow, placer, since, tail }: Reading): Readonly<Record<string, string | number | boolean>> {
  const query = { follow, stdout: true, stderr: true, timestamps: true };
  if (placer.from !== "") return { ...query, since: toSince(placer.from, slackMs) };
  return { ...query, ...(since !== undefined && { since: toSince(since, 0) }), ...(tail !== undefined && { tail }) };
}

/** One reading of the engine's, to its end. */
async function* readFrames(
  { engine, container }: Pick<ReadableLog, "engine" | "container">,
  reading: Reading,
  call: Call,
): AsyncGenerator<readonly OutputFrame[], void, void> {
  const path = `/containers/${container.Id}/logs`;
  const body = await engine.stream("logs", call.signal, { path, query: toQuery(reading) });
  try {
    yield* container.Config.Tty ? parseTerminalLog(body) : parseLogFrames(body);
  } finally {
    body.destroy();
  }
}

const placed = (frames: readonly OutputFrame[], placer: LogPlacer): readonly DriverLogItem[] =>
  frames.map((frame) => placer.place(toEntry(frame))).filter((item) => item !== undefined);

/** To the end of the engine's answer, which a broken connection is too. */
export async function* readOnce(
  log: Pick<ReadableLog, "engine" | "container">,
  reading: Reading,
  call: Call,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  for await (const frames of readFrames(log, reading, call)) yield placed(frames, reading.placer);
}

/** Behind a position that the engine no longer has, something may be missing; it is told before the first item. */
export async function* markLost(
  { from }: LogPlacer,
  batches: AsyncIterable<readonly DriverLogItem[]>,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  let resumed = from !== "";
  for await (const items of batches) {
    const [first] = items;
    if (resumed && first !== undefined && first.position > from) yield [lostAt(first, "the engine no longer has these lines")];
    resumed &&= first === undefined;
    yield items;
  }
}

export const lostAt = (at: { readonly position: string; readonly instance: string }, reason: string): DriverLogItem => ({
  kind: "gap",
  position: at.position,
  gap: "lost",
  reason,
  instance: at.instance,
});

/**
 * A task's, to the end of the log, or of what there is now. A connection that only broke is told apart from the end by a look;
 * and at the end the log is read once more from the last position, since an engine (20.10) may end a followed log before its
 * last entry.
 */
export async function* readContainerLogs(
  log: ReadableLog,
  query: DriverLogQuery,
  call: Call,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const instance = shortId(log.container.Id);
  const { positions = {}, follow, ...rest } = query;
  const placer = new LogPlacer(instance, positions[instance] ?? "");
  yield* markLost(placer, readOnce(log, { ...rest, follow, placer }, call));
  if (!follow) return;
  const now = await log.look(call);
  if (now === undefined) return;
  if (now.State.Running) {
    throw new LongshoreError("the log ended while the container runs", { code: "unavailable", operation: "logs" });
  }
  yield* readOnce(log, { follow: false, placer: placer.resume() }, call);
}
