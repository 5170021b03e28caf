import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { Look } from "./look-everywhere.ts";

const saidBy = ({ error }: Look): string => (error instanceof Error ? error.message : String(error));

/** Nobody knows the id; or perhaps somebody does who could not be asked. */
export function notFound(id: WorkloadId, looks: readonly Look[]): unknown {
  const at = { operation: "find", workload: id };
  const failed = looks.filter(({ error }) => error !== undefined);
  const asked = looks.filter(({ error }) => error === undefined);
  const [first] = failed;
  if (asked.length === 0 && failed.length === 1) return first?.error;
  const names = asked.map(({ name }) => name).join(" or ");
  if (failed.length > 0) {
    const nowhere = names === "" ? `${id} cannot be looked for` : `${id} is not on ${names}, and not all could be asked`;
    return new LongshoreError(`${nowhere}: ${failed.map(saidBy).join("; ")}`, { code: "unavailable", ...at });
  }
  const lost = looks.find(({ seen }) => seen?.kind === "lost");
  if (lost !== undefined)
    return new LongshoreError(`${id} was on ${lost.name} and is gone`, { code: "lost", ...at, runtime: lost.name });
  return new LongshoreError(`no workload ${id} on ${names}; longshore ps shows what there is`, { code: "not-found", ...at });
}
