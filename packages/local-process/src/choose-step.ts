/** What there is to know of an instance, to say what is next. */
export interface Standing {
  readonly generation: number;
  readonly ready: boolean;
  readonly leaving: boolean;
  /** Nothing of it runs, and nothing will. */
  readonly gone: boolean;
  /** It had its time to become ready. */
  readonly overdue: boolean;
}
export interface Aim {
  readonly generation: number;
  readonly replicas: number;
  readonly rolling: boolean;
  /** There is something to go back to. */
  readonly canTakeBack: boolean;
}
export type Step<S extends Standing> =
  | { readonly do: "wait" }
  | { readonly do: "settled" }
  | { readonly do: "add"; readonly count: number }
  | { readonly do: "leave"; readonly which: readonly S[] }
  | { readonly do: "take-back"; readonly because: S };

/**
 * Pure: the next thing that brings a running service nearer to its aim. Rolling, there is never more than one instance too
 * many, and none that is ready goes before as many as are wanted are ready besides it.
 */
export function chooseStep<S extends Standing>(all: readonly S[], aim: Aim): Step<S> {
  const { generation, replicas, rolling, canTakeBack } = aim;
  if (all.some(({ leaving, gone }) => leaving && !gone)) return { do: "wait" };
  const staying = all.filter(({ leaving }) => !leaving);
  const fresh = staying.filter((one) => one.generation === generation);
  const old = staying.filter((one) => one.generation !== generation);
  const late = fresh.find(({ overdue, ready }) => overdue && !ready);
  if (late !== undefined && canTakeBack) return { do: "take-back", because: late };
  if (old.length === 0) return fill(fresh, replicas);
  if (!rolling) return { do: "leave", which: old };
  const [useless] = old.filter(({ ready }) => !ready);
  if (useless !== undefined && staying.length > replicas) return { do: "leave", which: [useless] };
  if (fresh.some(({ ready }) => !ready)) return { do: "wait" };
  if (fresh.length >= replicas) return { do: "leave", which: old };
  return staying.length > replicas ? { do: "leave", which: old.slice(0, 1) } : { do: "add", count: 1 };
}

function fill<S extends Standing>(fresh: readonly S[], replicas: number): Step<S> {
  if (fresh.length < replicas) return { do: "add", count: replicas - fresh.length };
  if (fresh.length > replicas) return { do: "leave", which: fresh.slice(replicas) };
  return fresh.every(({ ready }) => ready) ? { do: "settled" } : { do: "wait" };
}
