import type { Harness } from "./harness.ts";

interface Boundaries {
  readonly hit: Set<number>;
  most: number;
}

/** What a run of the suite really did to the backend: without faults and crashes the guarantees would be idle words. */
export class Tally {
  readonly #boundaries = new Map<string, Boundaries>();
  readonly #faults = new Map<string, number>();

  boundary(verb: string, at: number, most: number): void {
    const known = this.#boundaries.get(verb) ?? { hit: new Set(), most: 0 };
    known.hit.add(at);
    known.most = Math.max(known.most, most);
    this.#boundaries.set(verb, known);
  }
  faults(kind: string, count: number): void {
    this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + count);
  }
  lines(): readonly string[] {
    const boundaries = [...this.#boundaries].map(([verb, { hit, most }]) => `${verb} ${hit.size} of ${most}`);
    const faults = [...this.#faults].map(([kind, count]) => `${kind} ${count}`);
    return [`crashed at boundaries: ${boundaries.join(", ") || "none"}`, `faults injected: ${faults.join(", ") || "none"}`];
  }
  /** What the harness said it can do and yet never happened. */
  idle({ crash, faults }: Harness): readonly string[] {
    const hits = [...this.#boundaries.values()].reduce((sum, { hit }) => sum + hit.size, 0);
    const never = [...this.#faults].flatMap(([kind, count]) => (count === 0 ? [kind] : []));
    return [
      ...(crash !== undefined && hits === 0 ? ["the harness can crash, but no step boundary was hit"] : []),
      ...(faults !== undefined && this.#faults.size === 0 ? ["the harness can inject faults, but none was"] : []),
      ...never.map((kind) => `the harness can inject faults, but ${kind} never happened`),
    ];
  }
}
