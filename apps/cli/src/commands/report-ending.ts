import type { Ending, WorkloadId } from "@longshore/core";
import { describeEnding } from "../output/describe-ending.ts";
import type { Session } from "../session.ts";

/** A program that exits with a code of its own has said what there is to say; every other ending needs a word. */
export async function reportEnding({ output }: Session, id: WorkloadId, ending: Ending): Promise<void> {
  if (ending.outcome === "succeeded" || ending.diagnosis.code === "exit-code") return;
  await output.note(`${id} ${describeEnding(ending)}`);
}
