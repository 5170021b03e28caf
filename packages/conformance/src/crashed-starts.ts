import type { Owner, WorkloadSpec } from "@longshore/core";
import type { CrashJob } from "./harness.ts";
import type { Stage } from "./stage.ts";

export interface CrashedStarts<S extends WorkloadSpec> {
  /** With a store of its own for each start. */
  readonly store: boolean;
  readonly spec: () => S;
  /** What holds of a start that was killed. */
  readonly then: (spec: S, job: CrashJob) => Promise<unknown>;
}

/** A start killed at each step boundary, every one in the name of an owner of its own. */
export async function crashedStarts<S extends WorkloadSpec>(
  stage: Stage,
  { store, spec, then }: CrashedStarts<S>,
): Promise<void> {
  const stores = new Map<Owner, string>();
  await stage.atEachBoundary({
    async job(boundary) {
      const owner = stage.anotherOwner();
      if (store) stores.set(owner, await stage.folder());
      const folder = stores.get(owner);
      return {
        verb: "start",
        spec: spec(),
        owner,
        ...(folder !== undefined && { store: folder }),
        ...(boundary !== undefined && { boundary }),
      };
    },
    async then(job) {
      if (job.verb === "start") await then(job.spec as S, job);
    },
  });
}
