const gib = 1024;

/** Processors, and the MiB that go with them at the least and at the most (run/docs/configuring/jobs/cpu and …/memory-limits). */
const sizes: readonly (readonly [cpu: number, least: number, most: number])[] = [
  [1, 512, 4 * gib],
  [2, 512, 8 * gib],
  [4, 2 * gib, 16 * gib],
  [6, 4 * gib, 24 * gib],
  [8, 4 * gib, 32 * gib],
];
export const largest = { milliCpu: 8000, mebibytes: 32_768 } as const;

export interface JobSize {
  readonly cpu: number;
  readonly mebibytes: number;
}
/** The smallest that has at least both; undefined beyond the largest. Whole processors, whatever runs on them. */
export function jobSize(asked: { readonly milliCpu: number; readonly mebibytes: number }): JobSize | undefined {
  const found = sizes.find(([cpu, , most]) => cpu * 1000 >= asked.milliCpu && most >= asked.mebibytes);
  if (found === undefined) return undefined;
  const [cpu, least] = found;
  return { cpu, mebibytes: Math.max(least, asked.mebibytes) };
}
