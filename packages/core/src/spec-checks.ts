import { expectedWords } from "./nearest-word.ts";
import type { Problem } from "./plan.ts";

/** Says what is wrong with a value, and where; nothing when it is right. */
export type Check = (value: unknown, path: string) => readonly Problem[];

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const below = (path: string, key: string | number): string => (path === "" ? String(key) : `${path}.${key}`);
const wrong = (path: string, value: unknown, expected: string): readonly Problem[] => [
  { path, message: `got ${show(value)}, expected ${expected}` },
];

/** One string of a program's arguments or environment: 32 pages, its end included (MAX_ARG_STRLEN, execve(2)). */
const longestArgument = 131_071;

export const text: Check = (value, path) => {
  if (typeof value !== "string") return wrong(path, value, "text");
  if (value.includes("\0")) return [{ path, message: "holds a NUL byte, which no program can be given" }];
  const bytes = Buffer.byteLength(value);
  return bytes > longestArgument ? [{ path, message: `is ${bytes} bytes long, at most ${longestArgument} are possible` }] : [];
};
export const filledText: Check = (value, path) =>
  value === "" ? wrong(path, value, "text that is not empty") : text(value, path);
export const flag: Check = (value, path) => (typeof value === "boolean" ? [] : wrong(path, value, "true or false"));

export const matching =
  (pattern: RegExp, expected: string): Check =>
  (value, path) =>
    typeof value === "string" && pattern.test(value) ? [] : wrong(path, value, expected);

export const wholeNumber =
  (least: number, most: number = Number.MAX_SAFE_INTEGER): Check =>
  (value, path) => {
    if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return [];
    return wrong(path, value, most === Number.MAX_SAFE_INTEGER ? `a whole number from ${least}` : `${least} to ${most}`);
  };

export const oneOf =
  (...words: readonly string[]): Check =>
  (value, path) => {
    if (typeof value === "string" && words.includes(value)) return [];
    return [{ path, message: `got ${show(value)}, ${expectedWords(String(value), words)}` }];
  };

export const listOf =
  (check: Check): Check =>
  (value, path) =>
    Array.isArray(value) ? value.flatMap((item, index) => check(item, below(path, index))) : wrong(path, value, "a list");

/** A mapping with free keys, each of which must match. */
export const mapOf =
  (check: Check, keys: { readonly pattern: RegExp; readonly expected: string }): Check =>
  (value, path) => {
    if (!isRecord(value)) return wrong(path, value, "a mapping");
    return Object.entries(value).flatMap(([key, inner]) =>
      keys.pattern.test(key) ? check(inner, below(path, key)) : wrong(path, key, keys.expected),
    );
  };

/** A mapping whose keys are known; an absent or undefined member is no mistake unless it is required. */
export const shape =
  (members: Readonly<Record<string, Check>>, required: readonly string[] = []): Check =>
  (value, path) => {
    if (!isRecord(value)) return wrong(path, value, "a mapping");
    const missing = required
      .filter((key) => value[key] === undefined)
      .map((key) => ({ path: below(path, key), message: "is missing" }));
    const problems = Object.entries(value).flatMap(([key, inner]) => {
      const check = Object.hasOwn(members, key) ? members[key] : undefined;
      if (check === undefined)
        return [{ path: below(path, key), message: `unknown key; ${expectedWords(key, Object.keys(members))}` }];
      return inner === undefined ? [] : check(inner, below(path, key));
    });
    return [...missing, ...problems];
  };

/** A parser that throws its refusal, as a check. */
export const parsedBy =
  (parse: (value: unknown) => unknown): Check =>
  (value, path) => {
    try {
      parse(value);
      return [];
    } catch (error) {
      return [{ path, message: (error as Error).message }];
    }
  };
