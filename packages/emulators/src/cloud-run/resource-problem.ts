import { readCpu, readMemory } from "./read-quantity.ts";
import type { ResourceRequirements } from "./run-shapes.ts";

const gibibyte = 2 ** 30;
const mebibyte = 2 ** 20;

/** Memory by vCPUs, in GiB, as documented: at least, at most. */
const memoryOf: Readonly<Record<number, readonly [number, number]>> = {
  1: [0, 4],
  2: [0, 8],
  4: [2, 16],
  6: [4, 24],
  8: [4, 32],
};
/** Below one vCPU, which only services have, as documented. */
const memoryOfLess = 0.5;
const smallestCpu = 0.08;

/** What is wrong with a container's CPU and memory; undefined where nothing is. */
export function resourceProblem(
  { limits = {} }: ResourceRequirements,
  { allowsFractions }: { allowsFractions: boolean },
): string | undefined {
  const unknown = Object.keys(limits).find((name) => !["cpu", "memory", "nvidia.com/gpu"].includes(name));
  if (unknown !== undefined) return `resources.limits has no ${unknown}, only cpu, memory and nvidia.com/gpu`;
  const { cpu: cpuText = "1000m", memory: memoryText = "512Mi" } = limits;
  const cpu = readCpu(cpuText);
  const memory = readMemory(memoryText);
  if (cpu === undefined) return `resources.limits.cpu '${cpuText}' is no quantity`;
  if (memory === undefined) return `resources.limits.memory '${memoryText}' is no quantity`;
  if (cpu < 1 && allowsFractions) {
    if (cpu < smallestCpu) return `Invalid value specified for cpu. It has to be at least ${smallestCpu}.`;
    return memory > memoryOfLess * gibibyte
      ? `Invalid value specified for memory. At most 512Mi go with less than 1 cpu.`
      : undefined;
  }
  const range = memoryOf[cpu];
  if (!range) return `Invalid value specified for cpu. The following values are valid: 1, 2, 4, 6, 8. Got ${cpuText}.`;
  const least = Math.max(range[0] * gibibyte, (allowsFractions ? 128 : 512) * mebibyte);
  const most = range[1] * gibibyte;
  if (memory < least || memory > most)
    return `Invalid value specified for memory. For ${cpu} cpu it has to be from ${least / mebibyte}Mi to ${most / mebibyte}Mi. Got ${memoryText}.`;
  return undefined;
}
