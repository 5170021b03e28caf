import type { Runtime, WorkloadId } from "@longshore/core";
import type { Stage } from "./stage.ts";

/** Until the program has come so far that its traps are set and its children are there. */
export async function firstLine(stage: Stage, runtime: Runtime, id: WorkloadId): Promise<void> {
  const read = async (): Promise<void> => {
    for await (const _ of runtime.logs(id, { follow: true })) return;
  };
  await stage.soon(read(), `the first line of ${id}`);
}
