import { expectedWords } from "@longshore/core";
import { flagError } from "./flag-error.ts";
import { parseDurationFlag } from "./parse-duration-flag.ts";
import type { SpecFlags } from "./spec-flags.ts";

type Members = Readonly<Record<string, unknown>>;

const show = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text);
const pairs = (flag: string, given: readonly string[] = []): Readonly<Record<string, string>> =>
  Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw flagError(flag, `got ${show(text)}, expected KEY=VALUE`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );

/** As files: on a backend without a store of secrets a variable could be read by whoever inspects the workload. */
function secrets(given: readonly string[] | undefined): Members {
  const uses = Object.entries(pairs("--secret", given)).map(([key, resolve]) => {
    if (!/^(env|file):./.test(resolve))
      throw flagError("--secret", `${key}: got ${show(resolve)}, expected env:NAME or file:PATH`);
    return [key, { resolve, as: "file" }] as const;
  });
  return Object.fromEntries(uses);
}

const pullPolicies: Readonly<Record<string, string>> = { always: "always", missing: "if-absent", never: "never" };

function pullPolicy(given: string | undefined): string | undefined {
  if (given === undefined || Object.hasOwn(pullPolicies, given)) return given && pullPolicies[given];
  throw flagError("--pull", `got ${show(given)}, ${expectedWords(given, Object.keys(pullPolicies))}`);
}

const withoutEmpty = (members: Members): Members =>
  Object.fromEntries(
    Object.entries(members).filter(
      ([, value]) => value !== undefined && (typeof value !== "object" || Object.keys(value ?? {}).length > 0),
    ),
  );

/** The members of a spec that were given as flags, and no others. */
export function specOfFlags(flags: SpecFlags, command: readonly string[]): Members {
  const { id, image, timeout, grace, workdir, user, platform, cpu, memory, interactive } = flags;
  return withoutEmpty({
    id,
    image,
    env: pairs("--env", flags.env),
    secrets: secrets(flags.secret),
    labels: pairs("--label", flags.label),
    resources: withoutEmpty({ cpu, memory }),
    timeoutMs: timeout === undefined ? undefined : parseDurationFlag("--timeout", timeout),
    stopGraceMs: grace === undefined ? undefined : parseDurationFlag("--grace", grace),
    workingDirectory: workdir,
    user,
    pullPolicy: pullPolicy(flags.pull),
    platform,
    stdin: interactive,
    command,
  });
}
