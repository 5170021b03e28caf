import type { Side, Spread } from "./figure.ts";

export interface Contestant {
  readonly name: string;
  readonly does: string;
  /** One sample. */
  readonly measure: () => Promise<number>;
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (part: number): number => {
    const place = (sorted.length - 1) * part;
    const [low = Number.NaN, high = low] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    return low + (high - low) * (place - Math.floor(place));
  };
  return { median: at(0.5), lower: at(0.25), upper: at(0.75), samples: sorted.length };
}

/**
 * A B A B …, each side once before that, unmeasured. Which side begins changes from round to round, so that nobody always
 * follows the same one.
 */
export async function interleave(rounds: number, contestants: readonly Contestant[]): Promise<readonly Side[]> {
  const values = new Map(contestants.map(({ name }) => [name, [] as number[]]));
  for (const { measure } of contestants) await measure();
  for (let round = 0; round < rounds; round++) {
    const turn = round % 2 === 0 ? contestants : [...contestants].reverse();
    for (const { name, measure } of turn) values.get(name)?.push(await measure());
  }
  return contestants.map(({ name, does }) => ({ name, does, spread: spreadOf(values.get(name) ?? []) }));
}

/** By medians. */
export function ratio(sides: readonly Side[], name: string, rival: string): number {
  const median = (wanted: string): number => sides.find((side) => side.name === wanted)?.spread.median ?? Number.NaN;
  return median(name) / median(rival);
}

export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
