import { type Diagnosis, type Workload, workloadId } from "@longshore/core";
import { instanceTable, summarizeService } from "../output/describe-service.ts";
import { describeWorkload } from "../output/describe-workload.ts";
import { findWorkload } from "../runtimes/find-workload.ts";
import type { Session } from "../session.ts";

const show = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** What holds names or a diagnosis, as a line for people; what holds nothing is left out. */
function linesOf(workload: Workload): Readonly<Record<string, string | undefined>> {
  const labels = Object.entries(workload.labels).map(([key, value]) => `${key}=${value}`);
  const ending = workload.kind === "task" && workload.state.phase === "exited" ? workload.state : undefined;
  return {
    labels: labels.length === 0 ? undefined : labels.join(", "),
    ...(ending !== undefined && ending.outcome !== "succeeded" && { diagnosis: describeDiagnosis(ending.diagnosis) }),
  };
}
const describeDiagnosis = ({ class: kind, code, message, hint }: Diagnosis): string => `${code} (${kind}): ${message}; ${hint}`;

/** For people the instances come as a table below, and the numbers as one line. */
function rowsOf(runtime: string, workload: Workload): readonly (readonly [key: string, value: string])[] {
  const { instances: _, desired: _desired, ready: _ready, restarts: _restarts, ...rest } = describeWorkload(runtime, workload);
  const known = Object.entries({ ...rest, ...linesOf(workload) }).filter(([, value]) => value !== null && value !== undefined);
  const rows = known.map(([key, value]) => [key, show(value)] as const);
  return workload.kind === "task" ? rows : [...rows.slice(0, 3), ["state", summarizeService(workload.state)], ...rows.slice(3)];
}

/** Everything that is known of a workload now. */
export async function inspect(session: Session, id: string): Promise<number> {
  await using found = await findWorkload(session, workloadId(id));
  const { runtime, workload } = found;
  const { output } = session;
  if (session.json) {
    await output.json(describeWorkload(runtime.name, workload));
    return 0;
  }
  const rows = rowsOf(runtime.name, workload);
  const width = Math.max(...rows.map(([key]) => key.length));
  for (const [key, value] of rows) await output.line(`${key.padEnd(width)}  ${value}`);
  if (workload.kind === "service" && workload.state.instances.length > 0) {
    await output.line(`\n${await instanceTable(workload.state.instances)}`);
  }
  return 0;
}
