import type { Brand } from "./ids.ts";
import { LongshoreError } from "./longshore-error.ts";

export type MilliCpu = Brand<number, "MilliCpu">;
export type Mebibytes = Brand<number, "Mebibytes">;
/** Cores (`0.5`), or thousandths of one (`"500m"`). */
export type CpuAsked = number | `${number}m`;
/** Binary units only: `"256Mi"` is 256 × 2^20 bytes, `"2Gi"` 2 × 2^30. */
export type MemoryAsked = `${number}Mi` | `${number}Gi`;

const refuse = (value: unknown, expected: string): never => {
  const message = `got ${JSON.stringify(value) ?? String(value)}, expected ${expected}`;
  throw new LongshoreError(message, { code: "invalid-spec", operation: "parse" });
};
const isCount = (value: number): boolean => Number.isSafeInteger(value) && value > 0;

/** Refuses (`invalid-spec`) what is no whole number of millicores above zero, rather than round it. */
export function parseCpu(asked: unknown): MilliCpu {
  const text = typeof asked === "string" ? asked : "";
  const thousandths = /^(\d+)m$/.exec(text)?.[1];
  const cores = typeof asked === "number" ? asked : /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  const milli = thousandths === undefined ? Number((cores * 1000).toFixed(6)) : Number(thousandths);
  return isCount(milli) ? (milli as MilliCpu) : refuse(asked, 'cores above zero such as 0.5 or "500m"');
}

/** Refuses (`invalid-spec`) everything but a whole, positive number of `Mi` or `Gi`. */
export function parseMemory(asked: unknown): Mebibytes {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(typeof asked === "string" ? asked : "") ?? [];
  const mebibytes = Number(number) * (unit === "Gi" ? 1024 : 1);
  return isCount(mebibytes) ? (mebibytes as Mebibytes) : refuse(asked, '"256Mi" or "2Gi"');
}

const millisecondsIn: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `"1500ms"`, `"90s"`, `"5m"`, `"2h"`: to milliseconds. Throws `invalid-spec`. */
export function parseDuration(asked: unknown): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(typeof asked === "string" ? asked : "") ?? [];
  const duration = Math.round(Number(number) * (millisecondsIn[unit ?? ""] ?? Number.NaN));
  return Number.isSafeInteger(duration) ? duration : refuse(asked, 'a duration such as "10s", "5m" or "500ms"');
}
