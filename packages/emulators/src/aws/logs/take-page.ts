import { comparePositions, type LogEvent, type LogPosition } from "./log-event.ts";
import type { PageDirection } from "./page-token.ts";

/** What a page may hold, by the service's documentation. */
const pageBytes = 1024 * 1024;
const pageEvents = 10_000;

export interface PageOfEvents {
  readonly direction: PageDirection;
  /** Where it begins; none for the first page in its direction. */
  readonly from?: LogPosition | undefined;
  readonly limit?: number | undefined;
}

/** Takes what fits into a page, from a position on, later or earlier. The events and the page are in ascending order. */
export function takePage(
  events: readonly LogEvent[],
  { direction, from, limit = pageEvents }: PageOfEvents,
): readonly LogEvent[] {
  const forward = direction === "f";
  const sign = forward ? 1 : -1;
  const rest = from === undefined ? events : events.filter((event) => comparePositions(event, from) * sign > 0);
  const ordered = forward ? rest : rest.toReversed();
  let bytes = 0;
  const page: LogEvent[] = [];
  for (const event of ordered) {
    bytes += event.bytes;
    if (page.length >= limit || (page.length > 0 && bytes > pageBytes)) break;
    page.push(event);
  }
  return forward ? page : page.toReversed();
}
