import { GoogleError } from "../google/google-error.ts";
import { sortableTime } from "./log-entry.ts";

export type FilterOperator = "=" | "!=" | "<" | "<=" | ">" | ">=" | ":" | "=~" | "!~";

/** In the order of their numbers. */
const severities = ["DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"];
const severityNumber = (value: string): number => {
  const index = severities.indexOf(value.toUpperCase());
  return index < 0 ? Number(value) : index * 100;
};
const isTime = (value: string): boolean => /^\d{4}-\d\d-\d\d(T|$)/.test(value);
/** A time with whatever zone, to the last digit that it has. */
const toTime = (value: string): string => {
  if (value.endsWith("Z")) return sortableTime(value);
  const ms = Date.parse(value);
  return sortableTime(Number.isNaN(ms) ? value : new Date(ms).toISOString());
};

/** Below 0, 0 or above, as numbers, times, or texts whatever their case; undefined where they cannot be compared. */
function order(value: unknown, wanted: string): number | undefined {
  if (typeof value === "number") return Number.isNaN(Number(wanted)) ? undefined : value - Number(wanted);
  if (typeof value === "boolean") return String(value) === wanted.toLowerCase() ? 0 : 1;
  if (typeof value !== "string") return undefined;
  const [one, other] =
    isTime(value) && isTime(wanted) ? [toTime(value), toTime(wanted)] : [value.toLowerCase(), wanted.toLowerCase()];
  return one === other ? 0 : one < other ? -1 : 1;
}

/** Texts anywhere within. */
export function holdsText(value: unknown, text: string): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some((inner) => holdsText(inner, text));
  return (
    value !== undefined &&
    value !== null &&
    String(value as string | number | boolean)
      .toLowerCase()
      .includes(text.toLowerCase())
  );
}

function toRegExp(text: string): RegExp {
  const [, flags = "", source = ""] = /^(?:\(\?([is]+)\))?([\s\S]*)$/.exec(text) ?? [];
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw new GoogleError(
      "INVALID_ARGUMENT",
      `Unparseable filter: invalid regular expression '${text}': ${(error as Error).message}`,
    );
  }
}

const holds: Readonly<Record<"<" | "<=" | ">" | ">=", (order: number) => boolean>> = {
  "<": (value) => value < 0,
  "<=": (value) => value <= 0,
  ">": (value) => value > 0,
  ">=": (value) => value >= 0,
};

/** Tells whether any of a field's values is as wanted. A field that is not there has none. */
export function compileComparison(
  operator: FilterOperator,
  wanted: string,
  isSeverity: boolean,
): (values: readonly unknown[]) => boolean {
  const compare = (value: unknown): number | undefined =>
    isSeverity ? severityNumber(String(value)) - severityNumber(wanted) : order(value, wanted);
  const isEqual = (values: readonly unknown[]): boolean => values.some((value) => compare(value) === 0);
  switch (operator) {
    case "=":
      return isEqual;
    case "!=":
      return (values) => !isEqual(values);
    case ":":
      return wanted === "*" ? (values) => values.length > 0 : (values) => values.some((value) => holdsText(value, wanted));
    case "=~":
    case "!~": {
      const pattern = toRegExp(wanted);
      const matches = (values: readonly unknown[]): boolean =>
        values.some((value) => typeof value === "string" && pattern.test(value));
      return operator === "=~" ? matches : (values) => !matches(values);
    }
    case "<":
    case "<=":
    case ">":
    case ">=":
      return (values) =>
        values.some((value) => {
          const found = compare(value);
          return found !== undefined && holds[operator](found);
        });
  }
}
