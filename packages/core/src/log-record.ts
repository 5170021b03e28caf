import type { Brand } from "./ids.ts";
import type { Instant } from "./instant.ts";

export type Stream = "stdout" | "stderr";
interface Source {
  readonly stream: Stream;
  /** Which of the workload's programs: one run of one container or process. */
  readonly instance: string;
  /** Nanoseconds as far as the backend has them; absent where it keeps no times. */
  readonly at?: Instant;
}
/**
 * A place in the order in which the driver yields an instance's items, at the start of a line. Reading again from it yields,
 * for each stream of the instance, what came from the first item that bore it on, in the same order, and nothing that came before that item. It
 * may stay the same for many lines, but once another has followed it does not come back, except with bytes that go on with
 * a line: they repeat the position of the line's start.
 */
interface Placed {
  readonly position: string;
}
/** What a driver yields. Events are known again by `event`, bytes by their order. */
export type DriverLogItem =
  | (Placed & Source & { readonly kind: "bytes"; readonly bytes: Uint8Array })
  | (Placed & Source & { readonly kind: "event"; readonly event: string; readonly text: string })
  | (Placed & { readonly kind: "gap"; readonly gap: GapKind; readonly reason: string; readonly instance: string });

/** `lost`: the backend no longer has it; `truncated`: it cut a line or a file; `suppressed`: it dropped under load. */
export type GapKind = "lost" | "truncated" | "suppressed";
/** Opaque. Reading from it, in any process, goes on right after the record that bore it. */
export type LogCursor = Brand<string, "LogCursor">;
/** One line without its end, or a piece of one that is longer than `maxLineLength`. */
export interface LogLine extends Source {
  readonly text: string;
  /** The same line goes on in this stream's next record. */
  readonly continued?: true;
  readonly cursor: LogCursor;
}
export interface LogGap {
  readonly gap: GapKind;
  readonly reason: string;
  readonly instance: string;
  readonly cursor: LogCursor;
}
export type LogRecord = LogLine | LogGap;

/** In UTF-16 units; part of the cursor's version, since it decides what counts as one record. */
export const maxLineLength = 65_536;
