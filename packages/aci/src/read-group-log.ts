import type { ContainerGroup } from "@azure/arm-containerinstance";
import type { DriverLogItem, DriverLogQuery } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { gapBefore, LogTape } from "./log-window.ts";
import { OutputBell } from "./output-bell.ts";
import { runOf } from "./map-service-state.ts";
import { currentOf, isOver } from "./map-task-state.ts";
import { askForWindow } from "./read-window.ts";
import type { Spool } from "./spool.ts";
import { pollMsOf } from "./poll-ms.ts";

/** The last lines may come a little after the end. */
const defaultQuietMs = 3000;
const widening = 1.5;
/** In which nothing comes it is looked at so many times less often, at the most. */
const widest = 5;

export interface GroupLogQuery extends DriverLogQuery {
  /** As it was seen first. */
  readonly group: ContainerGroup;
}
/** By way of the store, or without one straight from Azure: what lies before its window is lost then. */
export class GroupLog {
  readonly #parts: AciParts;
  readonly #tape: LogTape;
  readonly #read = new Set<string>();

  constructor(parts: AciParts, run: string, { positions = {}, since }: DriverLogQuery) {
    this.#parts = parts;
    this.#tape = new LogTape(run, positions[run], since);
  }
  /** What there is now. */
  async *items(group: ContainerGroup, signal: AbortSignal): AsyncGenerator<readonly DriverLogItem[], void, void> {
    const { spools } = this.#parts;
    if (spools !== undefined) {
      await spools.capture(group, signal);
      return yield* this.stored(spools.of(group), signal);
    }
    const window = await askForWindow(this.#parts, { name: group.name ?? "", isOver: isOver(group) }, signal);
    const items = this.#tape.items(window.lines, gapBefore(window, this.#tape.last));
    if (items.length > 0) yield items;
  }
  async *stored(spool: Spool, signal: AbortSignal): AsyncGenerator<readonly DriverLogItem[], void, void> {
    for await (const { key, lines, gapAfter } of spool.chunks(this.#tape.last, this.#read, signal)) {
      this.#read.add(key);
      const items = this.#tape.items(lines, gapAfter);
      if (items.length > 0) yield items;
    }
  }
}
const endedMsAgo = (group: ContainerGroup): number =>
  Math.max(0, Date.now() - (currentOf(group)?.finishTime?.getTime() ?? Date.now()));

/** One run of a group. With `follow` to its end: nothing new for a while after it has ended, or another run in its place. */
export async function* readGroupLog(
  parts: AciParts,
  { group: first, ...query }: GroupLogQuery,
  signal: AbortSignal,
): AsyncGenerator<readonly DriverLogItem[], void, void> {
  const { groups, config, spools } = parts;
  const { logQuietMs = defaultQuietMs } = config;
  const run = runOf(first);
  const log = new GroupLog(parts, run, query);
  const pollMs = pollMsOf(parts);
  using bell = new OutputBell(parts);
  let quietSince: number | undefined;
  let isFirst = true;
  let pauseMs = pollMs;
  for (let group: ContainerGroup | undefined = first; ; group = await groups.find(first.name ?? "", signal)) {
    if (group === undefined || runOf(group) !== run) {
      if (spools !== undefined) yield* log.stored(spools.of(first), signal);
      return;
    }
    spools?.track(group);
    let isNew = false;
    for await (const items of log.items(group, signal)) {
      yield items;
      isNew = true;
    }
    if (!query.follow) return;
    bell.listen(group);
    if (!isOver(group)) quietSince = undefined;
    else if (isNew && !isFirst) quietSince = performance.now();
    // What had ended long before it was read first has nothing more to say; an answer of nothing is no proof of that.
    else quietSince ??= performance.now() - (isFirst && isNew ? endedMsAgo(group) : 0);
    isFirst = false;
    if (quietSince !== undefined && performance.now() - quietSince >= logQuietMs) return;
    pauseMs = isNew || isOver(group) ? pollMs : Math.min(pauseMs * widening, pollMs * widest);
    await bell.pause(pauseMs, signal);
  }
}
