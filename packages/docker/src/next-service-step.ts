import { isRolling } from "./spec-problems.ts";
import type { InstanceEntry, ServiceView } from "./service-view.ts";

type Instances = readonly InstanceEntry[];

/** What brings a service nearer to what it is to be. */
export type ServiceStep =
  /** Create what is missing of these slots, and start it. */
  | { readonly do: "launch"; readonly slots: readonly number[] }
  /** Take back that they leave; start what does not run. */
  | { readonly do: "return"; readonly instances: Instances }
  | { readonly do: "await"; readonly instances: Instances }
  /** Out of the endpoints, drained, ended; the containers stay. */
  | { readonly do: "end"; readonly instances: Instances }
  | { readonly do: "remove"; readonly instances: Instances }
  | { readonly do: "forget"; readonly volumes: readonly string[] };

interface Sorted {
  readonly slots: readonly number[];
  /** Of the wanted revision, one for each slot. */
  readonly kept: Instances;
  readonly others: Instances;
}
function sort({ wanted, instances }: ServiceView): Sorted {
  const slots = Array.from({ length: wanted?.order.spec.replicas ?? 1 }, (_, slot) => slot);
  const kept = instances.filter((one) => one.current && one.slot < slots.length);
  return { slots, kept, others: instances.filter((one) => !kept.includes(one)) };
}

/** The slots alone, whoever else is there. `tried`: names of what was started before, and may have failed to. */
function fill({ slots, kept }: Pick<Sorted, "slots" | "kept">, tried: ReadonlySet<string>): ServiceStep | undefined {
  const isMissing = (slot: number): boolean => !kept.some((one) => one.slot === slot && !(one.unstarted && !tried.has(one.name)));
  const missing = slots.filter(isMissing);
  if (missing.length > 0) return { do: "launch", slots: missing };
  const away = kept.filter(({ name, leaving, up, unstarted, done }) => leaving || !(up || unstarted || done || tried.has(name)));
  if (away.length > 0) return { do: "return", instances: away };
  const unready = kept.filter(({ ready, done }) => !ready && !done);
  return unready.length > 0 ? { do: "await", instances: unready } : undefined;
}

/** What does not run and is not wanted, then the records of what is over. */
function clear({ others }: Sorted, { wanted, volumes, revisions }: ServiceView): ServiceStep | undefined {
  if (others.length > 0) return { do: "remove", instances: others };
  const kept = new Set([wanted?.volume]);
  const old = revisions.map(({ volume }) => volume).filter((volume) => !kept.has(volume));
  const stale = [...old, ...takenBack(volumes)];
  return stale.length > 0 ? { do: "forget", volumes: stale } : undefined;
}

/** Its own mark goes last: without it the revision would be wanted again. */
const takenBack = (volumes: ServiceView["volumes"]): readonly string[] => {
  const marks = volumes.filter(({ Name }) => Name.endsWith(".failed")).map(({ Name }) => Name);
  const revisions = marks.map((name) => name.slice(0, -".failed".length));
  return [...revisions, ...marks];
};

/**
 * Pure. The next thing to do until every instance is of the wanted revision and ready; undefined once that is so. Whoever goes
 * on from here, in any process, comes to the same end.
 */
export function nextServiceStep(view: ServiceView, tried: ReadonlySet<string>): ServiceStep | undefined {
  const { wanted } = view;
  if (wanted === undefined) return undefined;
  const sorted = sort(view);
  const { slots, kept, others } = sorted;
  const running = others.filter(({ up }) => up);
  if (running.length === 0) return fill(sorted, tried) ?? clear(sorted, view);
  if (!isRolling(wanted.order.spec)) return { do: "end", instances: running };
  for (const slot of slots) {
    const step = fill({ slots: [slot], kept: kept.filter((one) => one.slot === slot) }, tried);
    if (step !== undefined) return step;
    const old = running.filter((one) => one.slot === slot);
    if (old.length > 0) return { do: "end", instances: old };
  }
  return { do: "end", instances: running };
}
