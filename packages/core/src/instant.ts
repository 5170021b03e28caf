import type { Brand } from "./ids.ts";
import { LongshoreError } from "./longshore-error.ts";

/** UTC with nine decimals, `2026-01-31T12:00:00.000000000Z` (RFC 3339): sorts as text, survives JSON. */
export type Instant = Brand<string, "Instant">;

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.(\d+))?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** Already as it should be: what most backends send, once for each line of a log. */
const day = String.raw`(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))`;
const canonical = new RegExp(String.raw`^\d{4}-${day}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{9}Z$`);

/** From epoch milliseconds or any RFC 3339 text; nine decimals are kept, offsets become UTC. Throws `invalid-argument`. */
export function instant(value: number | string): Instant {
  if (typeof value === "string" && canonical.test(value)) return value as Instant;
  const decimals = typeof value === "number" ? undefined : rfc3339.exec(value)?.[1];
  const known = typeof value === "number" || rfc3339.test(value);
  const time = typeof value === "number" ? value : Date.parse(value.replace(/\.\d+/, ""));
  if (!known || Number.isNaN(new Date(time).getTime())) {
    const message = `not a time: ${JSON.stringify(value)}; expected RFC 3339 such as 2026-01-31T12:00:00Z`;
    throw new LongshoreError(message, { code: "invalid-argument", operation: "parse" });
  }
  const text = new Date(time).toISOString();
  const fraction = typeof value === "number" ? text.slice(20, 23) : (decimals ?? "").slice(0, 9);
  return `${text.slice(0, 19)}.${fraction.padEnd(9, "0")}Z` as Instant;
}
