import type { LogRecord } from "@longshore/core";

/** The object that `logs` and `run` print with `--json`. `at` is null where the backend keeps no times. */
export function describeRecord(record: LogRecord): Readonly<Record<string, unknown>> {
  if ("gap" in record) return { ...record };
  const { stream, instance, at, text, continued, cursor } = record;
  return { stream, instance, at: at ?? null, text, ...(continued && { continued }), cursor };
}
