import type { Progress, WorkloadId } from "@longshore/core";
import { describeProgress, type ProgressLine } from "../output/progress-line.ts";
import type { Session } from "../session.ts";

/** Progress of a start, for people on the terminal or as a line of JSON. */
export const showProgress =
  ({ json, output }: Session, line: ProgressLine, id: WorkloadId) =>
  (progress: Progress): void => {
    line.show(`${id}: ${describeProgress(progress)}`);
    if (json) void output.json({ update: "progress", id, ...progress });
  };
