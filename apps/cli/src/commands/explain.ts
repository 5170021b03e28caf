import { describePlan } from "@longshore/core";
import { openConfigured } from "../config/open-configured.ts";
import { usageCode } from "../exit-code-of-error.ts";
import { chooseRuntime } from "../runtimes/choose-runtime.ts";
import type { Session } from "../session.ts";
import { readTaskSpec } from "../spec/read-task-spec.ts";
import type { SpecFlags } from "../spec/spec-flags.ts";

/** What `run` would send, change or refuse. Starts nothing; secrets stand in it by name. */
export async function explain(session: Session, flags: SpecFlags, command: readonly string[]): Promise<number> {
  const spec = await readTaskSpec(flags, command);
  const name = chooseRuntime(session, spec);
  await using runtime = await openConfigured(session.config, name, { signal: session.interrupts.signal });
  const plan = await runtime.plan(spec);
  if (session.json) await session.output.json({ id: spec.id, runtime: name, ...plan });
  else await session.output.line(describePlan(plan));
  return plan.problems.length > 0 ? usageCode : 0;
}
