import type { Fault, FaultRule } from "./fault.ts";
import { randomOf } from "./random-of.ts";

interface RuleState {
  readonly rule: FaultRule;
  matched: number;
  met: number;
}

const matches = (pattern: string, operation: string): boolean =>
  pattern === "*" || pattern === operation || (pattern.endsWith(":*") && operation.startsWith(pattern.slice(0, -1)));

/** Which faults the next request meets. The same seed, rules and requests meet the same ones, on every machine. */
export class Faults {
  readonly seed: number;
  #states: RuleState[] = [];

  constructor(seed = 1, rules: readonly FaultRule[] = []) {
    this.seed = seed;
    this.add(...rules);
  }

  get rules(): readonly FaultRule[] {
    return this.#states.map(({ rule }) => rule);
  }

  add(...rules: readonly FaultRule[]): void {
    for (const rule of rules) this.#states.push({ rule, matched: 0, met: 0 });
  }

  clear(): void {
    this.#states = [];
  }

  /** What the next request of an operation (`ecs:RunTask`) meets, in the order of the rules. */
  next(operation: string): readonly Fault[] {
    const met: Fault[] = [];
    for (const [index, state] of this.#states.entries()) {
      const { rule } = state;
      if (!matches(rule.operation, operation) || state.met >= (rule.times ?? Infinity)) continue;
      state.matched++;
      if (state.matched < (rule.first ?? 1)) continue;
      // Drawn by the number of the request, and not from a stream that other operations would draw from too.
      if (randomOf(`${this.seed}/${index}/${rule.operation}/${state.matched}`) >= (rule.probability ?? 1)) continue;
      state.met++;
      met.push(rule.fault);
    }
    return met;
  }
}
