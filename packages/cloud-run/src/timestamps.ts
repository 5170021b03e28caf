import { type Instant, instant } from "@longshore/core";

/** As protobuf has it: over the wire, 64 bits are a text. */
export interface ProtoTime {
  readonly seconds?: number | string | { toString(radix?: number): string } | null;
  readonly nanos?: number | null;
}
const billion = 1_000_000_000n;

/** Since 1970. */
export const toNanos = ({ seconds, nanos }: ProtoTime): bigint => BigInt(String(seconds ?? 0)) * billion + BigInt(nanos ?? 0);
export const toMillis = (time: ProtoTime): number => Number(toNanos(time) / 1_000_000n);

/** RFC 3339, to the last digit. */
export function fromNanos(nanos: bigint): Instant {
  const whole = new Date(Number(nanos / billion) * 1000).toISOString().slice(0, 19);
  return instant(`${whole}.${String(nanos % billion).padStart(9, "0")}Z`);
}
const toInstant = (time: ProtoTime): Instant => fromNanos(toNanos(time));
export const whenever = (time: ProtoTime | null | undefined): Instant | undefined =>
  time === null || time === undefined ? undefined : toInstant(time);
