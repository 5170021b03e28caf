import type { Ending, Leftover, Workload } from "@longshore/core";
import { age } from "./age.ts";
import { newestEnding } from "./describe-service.ts";
import { writeTable } from "./write-table.ts";

export interface Listed {
  readonly runtime: string;
  readonly found: Workload | Leftover;
}
const longestLabels = 40;

const exitOf = ({ exit }: Ending): string => exit?.signal ?? exit?.code?.toString() ?? "-";

function stateOf(found: Workload | Leftover): readonly [state: string, exit: string, restarts: string] {
  if (found.kind === "leftover") return [`leftover ${found.what}`, "", ""];
  if (found.kind === "service") {
    const { desired, ready, restarts, instances } = found.state;
    const state =
      desired === 0 ? (instances.some(({ phase }) => phase !== "exited") ? "stopping" : "stopped") : `${ready}/${desired} ready`;
    const ended = newestEnding(found.state);
    return [state, ended === undefined ? "" : exitOf(ended), String(restarts)];
  }
  const { state } = found;
  return state.phase === "exited" ? [state.outcome, exitOf(state), ""] : [state.phase, "", ""];
}

function row({ runtime, found }: Listed): readonly string[] {
  const labels =
    found.kind === "leftover"
      ? ""
      : Object.entries(found.labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(",");
  const shown = labels.length > longestLabels ? `${labels.slice(0, longestLabels - 1)}…` : labels;
  return [found.id, runtime, ...stateOf(found), age(found.createdAt), shown];
}

/** Of a service, EXIT is how an instance ended the last time, where one ever did. */
export const workloadTable = (listed: readonly Listed[]): Promise<string> =>
  writeTable(["ID", "RUNTIME", "STATE", "EXIT", "RESTARTS", "AGE", "LABELS"], listed.map(row));
