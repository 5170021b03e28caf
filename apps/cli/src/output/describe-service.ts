import type { Ending, Instance, ServiceState } from "@longshore/core";
import { describeEnding } from "./describe-ending.ts";
import { writeTable } from "./write-table.ts";

/** Of all instances, how the one that ended last did. */
export const newestEnding = ({ instances }: ServiceState): Ending | undefined =>
  instances
    .flatMap(({ lastEnding }) => lastEnding ?? [])
    .toSorted((a, b) => (a.finishedAt < b.finishedAt ? -1 : 1))
    .at(-1);

/** One line for people: `2/3 ready, 1 of an older spec, 4 restarts`. */
export function summarizeService({ desired, ready, restarts, instances }: ServiceState): string {
  const old = instances.filter(({ current, phase }) => !current && phase !== "exited").length;
  return [
    desired === 0 ? "stopped" : `${ready}/${desired} ready`,
    ...(old > 0 ? [`${old} of an older spec`] : []),
    ...(restarts > 0 ? [`${restarts} ${restarts === 1 ? "restart" : "restarts"}`] : []),
  ].join(", ");
}

const row = ({ instance, phase, ready, current, restarts, lastEnding }: Instance): readonly string[] => [
  instance,
  phase,
  ready ? "yes" : "no",
  current ? "current" : "older",
  String(restarts),
  lastEnding === undefined ? "" : `${lastEnding.finishedAt.slice(0, 19)}Z ${describeEnding(lastEnding)}`,
];

/** The programs of a service, one line each. */
export const instanceTable = (instances: readonly Instance[]): Promise<string> =>
  writeTable(["INSTANCE", "PHASE", "READY", "SPEC", "RESTARTS", "LAST ENDING"], instances.map(row));
