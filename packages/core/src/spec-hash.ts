import type { Resources, WorkloadSpec } from "./spec.ts";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Keys sorted, absent members left out: how a spec was written down does not matter. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => {
    if (!isRecord(inner)) return inner;
    const present = Object.entries(inner).filter(([, member]) => member !== undefined);
    return Object.fromEntries(present.sort(([a], [b]) => (a < b ? -1 : 1)));
  });

/** Of the spec as asked: units alike (`0.5` is `"500m"`), nothing defaulted, nothing rounded, secrets by reference. */
export function specHash(spec: WorkloadSpec, resources: Resources): string {
  // Loaded when it is needed: importing it would be a third of what importing this package takes.
  const { hash } = process.getBuiltinModule("node:crypto");
  return `v1:${hash("sha256", canonical({ ...spec, resources }))}`;
}
