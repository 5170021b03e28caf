import type { StandardSchemaV1 } from "@standard-schema/spec";
import { type Check, flag, filledText, listOf, oneOf, shape, text, wholeNumber } from "./spec-checks.ts";
import type { MemoryStep } from "./memory-program.ts";
import type { MemoryOptions } from "./to-memory-request.ts";

export interface MemoryConfig {
  /** Offer `watch`. Default: true; false has core poll. */
  readonly watch?: boolean;
}
type Members = Readonly<Record<string, Check>>;

const to = oneOf("stdout", "stderr");
const trapped: Check = (value, path) =>
  typeof value === "object"
    ? shape({ exit: wholeNumber(0, 255), print: text }, ["exit"])(value, path)
    : oneOf("ignore")(value, path);
const program: Check = (value, path) => listOf(step)(value, path);
/** Of each step: what it needs, and what it may have. */
const steps: Readonly<Record<MemoryStep["do"], readonly [needed: Members, free: Members]>> = {
  print: [{ text }, { to }],
  write: [{ bytes: listOf(wholeNumber(0, 255)) }, { to }],
  count: [{ lines: wholeNumber(0) }, { to: oneOf("stdout", "stderr", "both") }],
  long: [{ length: wholeNumber(1) }, { to }],
  sleep: [{ ms: wholeNumber(0) }, {}],
  reveal: [{ secret: filledText }, {}],
  serve: [{ port: wholeNumber(1, 65_535), text }, {}],
  exit: [{ code: wholeNumber(0, 255) }, {}],
  die: [{ signal: filledText }, {}],
  trap: [{ then: trapped }, {}],
  fork: [{ program }, {}],
  exhaust: [{}, {}],
  fail: [{ reason: filledText }, {}],
};
const isStep = (word: unknown): word is MemoryStep["do"] => typeof word === "string" && Object.hasOwn(steps, word);
const step: Check = (value, path) => {
  const word = (value as { readonly do?: unknown } | null)?.do;
  if (!isStep(word)) return oneOf(...Object.keys(steps))(word, path === "" ? "do" : `${path}.do`);
  const [needed, free] = steps[word];
  return shape({ do: filledText, ...needed, ...free }, Object.keys(needed))(value, path);
};

/** By hand, since core has no schema library. */
const schemaOf = <T>(check: Check): StandardSchemaV1<T> => ({
  "~standard": {
    version: 1,
    vendor: "longshore",
    validate(value) {
      const problems = check(value, "");
      if (problems.length === 0) return { value: value as T };
      return { issues: problems.map(({ path, message }) => ({ message, path: path === "" ? [] : path.split(".") })) };
    },
  },
});

export const memoryConfig: StandardSchemaV1<MemoryConfig> = schemaOf(shape({ watch: flag }));
export const memoryOptions: StandardSchemaV1<MemoryOptions> = schemaOf(shape({ program }));
