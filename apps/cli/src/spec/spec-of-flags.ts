import { expectedWords } from "@longshore/core";
import { flagError } from "./flag-error.ts";
import { keyValuePairs, showText } from "./key-value-pairs.ts";
import { parseDurationFlag } from "./parse-duration-flag.ts";
import type { SpecFlags } from "./spec-flags.ts";

type Members = Readonly<Record<string, unknown>>;

/** As files: on a backend without a store of secrets a variable could be read by whoever inspects the workload. */
function secrets(given: readonly string[] | undefined): Members {
  const uses = Object.entries(keyValuePairs("--secret", given)).map(([key, resolve]) => {
    if (!/^(env|file):./.test(resolve))
      throw flagError("--secret", `${key}: got ${showText(resolve)}, expected env:NAME or file:PATH`);
    return [key, { resolve, as: "file" }] as const;
  });
  return Object.fromEntries(uses);
}

const pullPolicies: Readonly<Record<string, string>> = { always: "always", missing: "if-absent", never: "never" };

function pullPolicy(given: string | undefined): string | undefined {
  if (given === undefined || Object.hasOwn(pullPolicies, given)) return given && pullPolicies[given];
  throw flagError("--pull", `got ${showText(given)}, ${expectedWords(given, Object.keys(pullPolicies))}`);
}

const withoutEmpty = (members: Members): Members =>
  Object.fromEntries(
    Object.entries(members).filter(
      ([, value]) => value !== undefined && (typeof value !== "object" || Object.keys(value ?? {}).length > 0),
    ),
  );

/** The members of a spec that were given as flags, and no others. */
export function specOfFlags(flags: SpecFlags, command: readonly string[]): Members {
  const { id, image, timeout, grace, workdir, user, platform, cpu, memory, interactive, tty } = flags;
  return withoutEmpty({
    id,
    image,
    env: keyValuePairs("--env", flags.env),
    secrets: secrets(flags.secret),
    labels: keyValuePairs("--label", flags.label),
    resources: withoutEmpty({ cpu, memory }),
    timeoutMs: timeout === undefined ? undefined : parseDurationFlag("--timeout", timeout),
    stopGraceMs: grace === undefined ? undefined : parseDurationFlag("--grace", grace),
    workingDirectory: workdir,
    user,
    pullPolicy: pullPolicy(flags.pull),
    platform,
    stdin: interactive,
    tty,
    command,
  });
}
