import type { Leftover, Workload } from "@longshore/core";
import { age } from "./age.ts";

export interface Listed {
  readonly runtime: string;
  readonly found: Workload | Leftover;
}
const longestLabels = 40;

const stateOf = (found: Workload | Leftover): readonly [state: string, exit: string] => {
  if (found.kind === "leftover") return [`leftover ${found.what}`, ""];
  if (found.kind === "service") return [`${found.state.ready}/${found.state.desired} ready`, ""];
  const { state } = found;
  if (state.phase !== "exited") return [state.phase, ""];
  return [state.outcome, state.exit?.signal ?? state.exit?.code?.toString() ?? "-"];
};

function row({ runtime, found }: Listed): string[] {
  const labels =
    found.kind === "leftover"
      ? ""
      : Object.entries(found.labels)
          .map(([key, value]) => `${key}=${value}`)
          .join(",");
  const shown = labels.length > longestLabels ? `${labels.slice(0, longestLabels - 1)}…` : labels;
  return [found.id, runtime, ...stateOf(found), age(found.createdAt), shown];
}

const bare = ["top", "bottom", "left", "right", "mid"].flatMap((side) =>
  side === "mid" ? ["mid", "left-mid", "mid-mid", "right-mid", "middle"] : [side, `${side}-mid`, `${side}-left`, `${side}-right`],
);

/** For people: aligned columns without lines or colours, fit for `grep`. */
export async function workloadTable(listed: readonly Listed[]): Promise<string> {
  const { default: Table } = await import("cli-table3");
  const table = new Table({
    head: ["ID", "RUNTIME", "STATE", "EXIT", "AGE", "LABELS"],
    chars: Object.fromEntries(bare.map((name) => [name, ""])),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  table.push(...listed.map(row));
  const lines = table.toString().split("\n");
  return lines.map((line) => line.trimEnd()).join("\n");
}
