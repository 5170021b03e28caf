import type { Adjustment, Problem } from "./plan.ts";
import type { ServiceSpec, TaskSpec, WorkloadSpec } from "./spec.ts";

export type SpecField = Exclude<keyof TaskSpec | keyof ServiceSpec, "kind" | "id">;

/**
 * What a driver does with a field: `honoured` and done, in its requests; `refuse` with what would be right instead;
 * `noEffect`, reported as an adjustment with the reason.
 */
export type Treatment = "honoured" | { readonly refuse: string } | { readonly noEffect: string };
/** Every field, so that a new one does not compile until each driver has thought about it: nothing is dropped in silence. */
export type FieldTable = Readonly<Record<SpecField, Treatment>>;

export interface Treated {
  readonly problems: readonly Problem[];
  readonly adjustments: readonly Adjustment[];
}

/** A value that asks for nothing: what is off, or an empty list or mapping, is honoured by every backend. */
const asksNothing = (value: unknown): boolean =>
  value === undefined || value === false || (typeof value === "object" && value !== null && Object.keys(value).length === 0);

/** Holds the spec against the table. Fields that a driver honours only in part are `honoured` here, the rest is its own. */
export function treatFields(spec: WorkloadSpec, table: FieldTable): Treated {
  const asked = Object.entries(spec).filter(([field, value]) => field in table && !asksNothing(value));
  const problems: Problem[] = [];
  const adjustments: Adjustment[] = [];
  for (const [path, value] of asked) {
    const treatment = table[path as SpecField];
    if (treatment === "honoured") continue;
    if ("refuse" in treatment) problems.push({ path, message: treatment.refuse });
    else adjustments.push({ path, from: value, reason: treatment.noEffect });
  }
  return { problems, adjustments };
}
