import type { Ending } from "@longshore/core";
import type { TaskDefinition } from "./task-definition.ts";

export interface TaskResult {
  readonly task: string;
  readonly runtime: string;
  readonly outcome: string;
  /** Code or signal. */
  readonly exit: number | string;
  readonly reason: string;
  readonly seconds: number;
  readonly lines: number;
  readonly asExpected: boolean;
}
export interface Observed {
  readonly runtime: string;
  readonly ending: Ending;
  readonly lines: number;
}

const secondsOf = ({ startedAt, finishedAt }: Ending): number =>
  startedAt === undefined ? 0 : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;

/** How a task ended, held against how it should. */
export function resultOf({ name, expect }: TaskDefinition, { runtime, ending, lines }: Observed): TaskResult {
  const { outcome, exit } = ending;
  const sameCode = expect.exitCode === undefined || expect.exitCode === exit?.code;
  return {
    task: name,
    runtime,
    outcome,
    exit: exit?.code ?? exit?.signal ?? "-",
    reason: ending.outcome === "succeeded" ? "" : ending.diagnosis.message,
    seconds: secondsOf(ending),
    lines,
    asExpected: outcome === expect.outcome && sameCode,
  };
}

export const failedResult = ({ name }: TaskDefinition, runtime: string, error: unknown): TaskResult => ({
  task: name,
  runtime,
  outcome: "error",
  exit: "-",
  reason: error instanceof Error ? error.message : String(error),
  seconds: 0,
  lines: 0,
  asExpected: false,
});
