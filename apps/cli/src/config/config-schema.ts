import { expectedWords } from "@longshore/core";
import { z } from "zod";
import type { RuntimeEntry } from "./config.ts";

const show = (value: unknown): string => {
  const text = value === undefined || value === null ? "nothing" : (JSON.stringify(value) ?? typeof value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};
/** What was found and what would be right, in the words core uses for specs. */
const say = (expected: string, keys: readonly string[] = []): { readonly error: z.core.$ZodErrorMap } => ({
  error(issue) {
    if (issue.code === "invalid_key") return issue.issues.map(({ message }) => message).join("; ");
    if (issue.code !== "unrecognized_keys") return `got ${show(issue.input)}, expected ${expected}`;
    return issue.keys.map((key) => `unknown key ${show(key)}; ${expectedWords(key, keys)}`).join("; ");
  },
});

const text = (expected: string, pattern: RegExp): z.ZodString => z.string(say(expected)).regex(pattern, say(expected));
const name = text("the name of a runtime: lowercase letters, digits and hyphens, a letter first", /^[a-z][a-z0-9-]{0,39}$/);
const perSecond = z.number(say("calls a second, above 0")).positive(say("calls a second, above 0"));
const burst = z.int(say("a whole number of calls, at least 1")).min(1, say("a whole number of calls, at least 1"));
const limits = { perSecond, burst: burst.optional() };
const runtime = z.looseObject(
  {
    use: text("the name of a plugin's package", /^\S+$/),
    limits: z.strictObject(limits, say("a mapping with perSecond", Object.keys(limits))).optional(),
  },
  say("a mapping with use"),
);
const runtimes = z
  .record(name, runtime, say("a mapping of names to runtimes"))
  .refine((all) => Object.keys(all).length > 0, say("at least one runtime"));
const members = {
  owner: text("lowercase letters and digits, a letter first, at most 20 characters", /^[a-z][a-z0-9]{0,19}$/).optional(),
  default: name.optional(),
  store: text("a folder", /^[^\0]+$/).optional(),
  runtimes,
};

export interface ReadConfig {
  readonly owner?: string | undefined;
  readonly default?: string | undefined;
  readonly store?: string | undefined;
  readonly runtimes: Readonly<Record<string, RuntimeEntry>>;
}

/** The shape of a `longshore.yaml`. What else a runtime's entry holds is its plugin's, which checks it when it is opened. */
export const configSchema: z.ZodType<ReadConfig> = z.strictObject(members, say("a mapping with runtimes", Object.keys(members)));
