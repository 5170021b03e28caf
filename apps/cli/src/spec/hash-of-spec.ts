import { parseCpu, parseMemory, specHash, type WorkloadSpec } from "@longshore/core";

/** As core takes it: of the spec as asked, units read. */
export function hashOfSpec(spec: WorkloadSpec): string {
  const { cpu, memory, ephemeralStorage, gpu } = spec.resources ?? {};
  return specHash(spec, {
    ...(cpu !== undefined && { cpu: parseCpu(cpu) }),
    ...(memory !== undefined && { memory: parseMemory(memory) }),
    ...(ephemeralStorage !== undefined && { ephemeralStorage: parseMemory(ephemeralStorage) }),
    ...(gpu !== undefined && { gpu }),
  });
}
