const gib = 1024;

/** From `first` to `last` GiB in steps, in MiB. */
const range = (first: number, last: number, step: number): readonly number[] =>
  Array.from({ length: (last - first) / step + 1 }, (_, index) => (first + index * step) * gib);

/** Which memory, in MiB, goes with how many CPU units on Fargate, as the documentation of task size says. */
const legalMemory: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, 1 * gib, 2 * gib]],
  [512, range(1, 4, 1)],
  [1024, range(2, 8, 1)],
  [2048, range(4, 16, 1)],
  [4096, range(8, 30, 1)],
  [8192, range(16, 60, 4)],
  [16_384, range(32, 120, 8)],
  [32_768, [60 * gib, 120 * gib, 244 * gib]],
]);

/** Whether Fargate has such a size: CPU units, and MiB. */
export const isFargateSize = (cpu: number, memory: number): boolean => legalMemory.get(cpu)?.includes(memory) ?? false;

/** CPU units of `"256"`, `".25 vCPU"`, `"1 vcpu"`; undefined where it says none. */
export function readCpu(text: string): number | undefined {
  const [, number, unit] = /^\s*(\d+|\d*\.\d+)\s*(vcpu)?\s*$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  const units = unit === undefined ? Number(number) : Number(number) * 1024;
  return Number.isInteger(units) ? units : undefined;
}

/** MiB of `"512"`, `"2GB"`, `"0.5 gb"`; undefined where it says none. */
export function readMemory(text: string): number | undefined {
  const [, number, unit] = /^\s*(\d+|\d*\.\d+)\s*(gb)?\s*$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  const mib = unit === undefined ? Number(number) : Number(number) * gib;
  return Number.isInteger(mib) ? mib : undefined;
}
