import { describePlan, type Plan, type WorkloadSpec } from "@longshore/core";
import { failureCode } from "../exit-code-of-ending.ts";
import { usageCode } from "../exit-code-of-error.ts";
import { chooseRuntime } from "../runtimes/choose-runtime.ts";
import { openAll, tellFailures } from "../runtimes/open-all.ts";
import type { Session } from "../session.ts";
import { readSpecFile } from "../spec/read-spec-file.ts";
import { readTaskSpec } from "../spec/read-task-spec.ts";
import type { SpecFlags } from "../spec/spec-flags.ts";

interface Explained {
  readonly runtime: string;
  readonly spec: WorkloadSpec;
  readonly chosen: boolean;
  readonly plan: Plan;
}

/** A file alone may hold anything that `up` takes; flags and a command describe a task. */
async function specsOf(
  session: Session,
  flags: SpecFlags,
  command: readonly string[],
): Promise<readonly (readonly [spec: WorkloadSpec, runtime: string])[]> {
  const { file, ...others } = flags;
  if (file !== undefined && command.length === 0 && Object.keys(others).length === 0) {
    const wishes = await readSpecFile(session, { file, lenient: true });
    return wishes.map(({ spec, runtime }) => [spec, runtime]);
  }
  const spec = await readTaskSpec(flags, command);
  return [[spec, chooseRuntime(session, spec)]];
}

async function print({ json, output }: Session, explained: readonly Explained[]): Promise<void> {
  for (const { runtime, spec, chosen, plan } of explained) {
    if (json) await output.json({ id: spec.id, runtime, chosen, ...plan });
    else {
      if (explained.length > 1) await output.line(`${spec.id} on ${runtime}${chosen ? ", which would be chosen" : ""}:`);
      const text = describePlan(plan) || "nothing to send";
      await output.line(explained.length > 1 ? text.replace(/^/gm, "  ") : text);
    }
  }
}

/**
 * What each runtime would send, change or refuse. Starts nothing; secrets stand in it by name. Exits with 2 where the runtime
 * that would be chosen refuses.
 */
export async function explain(session: Session, flags: SpecFlags, command: readonly string[]): Promise<number> {
  const specs = await specsOf(session, flags, command);
  await using opened = await openAll(session);
  const explained: Explained[] = [];
  for (const [spec, chosen] of specs) {
    for (const { name, runtime } of opened.looks) {
      if (runtime !== undefined) explained.push({ runtime: name, spec, chosen: name === chosen, plan: await runtime.plan(spec) });
    }
  }
  await print(session, explained);
  const failures = opened.looks.filter(({ error }) => error !== undefined);
  const errors = failures.map(({ error }) => error);
  await tellFailures(session, errors, opened.looks.length);
  if (failures.some(({ name }) => specs.some(([, chosen]) => chosen === name))) return failureCode;
  return explained.some(({ chosen, plan }) => chosen && plan.problems.length > 0) ? usageCode : 0;
}
