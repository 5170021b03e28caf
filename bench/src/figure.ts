/** Half of all samples lie between the quartiles. */
export interface Spread {
  readonly median: number;
  readonly lower: number;
  readonly upper: number;
  readonly samples: number;
}
export interface Side {
  readonly name: string;
  /** Everything that it does within a sample, so that a reader can judge whether the comparison is fair. */
  readonly does: string;
  readonly spread: Spread;
}
export interface Bar {
  readonly text: string;
  readonly value: number;
  readonly met: boolean;
}
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly sides: readonly Side[];
  readonly bars: readonly Bar[];
}
/** One of the things that `npm run bench` measures. */
export interface Bench {
  readonly name: string;
  readonly about: string;
  /** How often each side is measured where `--rounds` does not say. */
  readonly rounds: number;
  readonly needsEngine: boolean;
  /** The one that KUBECONFIG names. Default: false. */
  readonly needsCluster?: boolean;
  run(rounds: number): Promise<readonly Figure[]>;
}

export const atMost = (what: string, value: number, most: number): Bar => ({
  text: `${what} at most ${most}`,
  value,
  met: value <= most,
});
export const atLeast = (what: string, value: number, least: number): Bar => ({
  text: `${what} at least ${least}`,
  value,
  met: value >= least,
});
