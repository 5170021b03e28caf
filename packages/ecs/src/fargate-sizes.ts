const gib = 1024;
const steps = (first: number, last: number, step: number): readonly number[] =>
  Array.from({ length: (last - first) / step + 1 }, (_, index) => (first + index * step) * gib);

/**
 * CPU units (1,024 are one processor) and the MiB that go with them
 * (docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html, "Task size").
 */
const sizes: readonly (readonly [units: number, memories: readonly number[]])[] = [
  [256, [512, 1 * gib, 2 * gib]],
  [512, steps(1, 4, 1)],
  [1024, steps(2, 8, 1)],
  [2048, steps(4, 16, 1)],
  [4096, steps(8, 30, 1)],
  [8192, steps(16, 60, 4)],
  [16_384, steps(32, 120, 8)],
  [32_768, [60 * gib, 120 * gib, 244 * gib]],
];

export interface FargateSize {
  readonly units: number;
  readonly mebibytes: number;
}
/** What Fargate counts in: 1,000 millicores are 1,024 units. */
export const toUnits = (milliCpu: number): number => Math.ceil((milliCpu * 1024) / 1000);

/** The smallest size that has at least both; undefined beyond the largest. */
export function fargateSize(asked: FargateSize): FargateSize | undefined {
  for (const [units, memories] of sizes) {
    const mebibytes = memories.find((one) => one >= asked.mebibytes);
    if (units >= asked.units && mebibytes !== undefined) return { units, mebibytes };
  }
  return undefined;
}
