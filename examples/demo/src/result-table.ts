import Table from "cli-table3";
import type { TaskResult } from "./task-result.ts";

const head = ["task", "runtime", "outcome", "exit code", "reason", "time", "log lines", "as expected"];

export function resultTable(results: readonly TaskResult[]): string {
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { task, runtime, outcome, exit, reason, seconds, lines, asExpected } of results) {
    table.push([task, runtime, outcome, exit, reason || "-", `${seconds.toFixed(1)} s`, lines, asExpected ? "yes" : "NO"]);
  }
  return table.toString();
}
