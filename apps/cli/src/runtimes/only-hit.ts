import { LongshoreError, type Runtime, type Workload, type WorkloadId } from "@longshore/core";
import type { Look } from "./look-everywhere.ts";

type Hit = Look & { readonly runtime: Runtime; readonly seen: Workload };

const isHit = (look: Look): look is Hit =>
  look.runtime !== undefined && (look.seen?.kind === "task" || look.seen?.kind === "service");

/** The runtime that has it, if one has. An id that several have is refused: which one is meant cannot be guessed. */
export function onlyHit(id: WorkloadId, looks: readonly Look[]): Hit | undefined {
  const hits = looks.filter(isHit);
  if (hits.length < 2) return hits[0];
  const names = hits.map(({ name }) => name);
  const message = `${id} is on ${names.join(" and on ")}; choose one with --runtime ${names[0]}`;
  throw new LongshoreError(message, { code: "invalid-argument", operation: "find", workload: id });
}
