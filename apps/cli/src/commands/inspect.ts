import { workloadId } from "@longshore/core";
import { describeWorkload } from "../output/describe-workload.ts";
import { findWorkload } from "../runtimes/find-workload.ts";
import type { Session } from "../session.ts";

const show = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Everything that is known of a workload now. */
export async function inspect(session: Session, id: string): Promise<number> {
  await using found = await findWorkload(session, workloadId(id));
  const described = describeWorkload(found.runtime.name, found.workload);
  if (session.json) await session.output.json(described);
  else {
    const known = Object.entries(described).filter(([, value]) => value !== null);
    const width = Math.max(...known.map(([key]) => key.length));
    for (const [key, value] of known) await session.output.line(`${key.padEnd(width)}  ${show(value)}`);
  }
  return 0;
}
