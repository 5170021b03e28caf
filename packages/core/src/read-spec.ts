import type { StandardSchemaV1 } from "@standard-schema/spec";
import { checkSpec } from "./check-spec.ts";
import { expectedWords } from "./nearest-word.ts";
import type { Order, Problem } from "./plan.ts";
import type { Resources, WorkloadSpec } from "./spec.ts";
import { specHash } from "./spec-hash.ts";
import { parseCpu, parseMemory } from "./units.ts";
import { validate } from "./validate.ts";

export interface Reader {
  /** The plugin's name: the key of its slice in `options`. */
  readonly plugin: string;
  readonly options: StandardSchemaV1;
  /** Whose slices a spec may carry as well; any other name under `options` is taken for a mistake. */
  readonly otherPlugins: readonly string[];
}
export type ReadSpec =
  | { readonly order: Order; readonly problems?: never }
  | { readonly problems: readonly Problem[]; readonly order?: never };

function readResources({ resources = {} }: WorkloadSpec): Resources {
  const { cpu, memory, ephemeralStorage, gpu } = resources;
  return {
    ...(cpu !== undefined && { cpu: parseCpu(cpu) }),
    ...(memory !== undefined && { memory: parseMemory(memory) }),
    ...(ephemeralStorage !== undefined && { ephemeralStorage: parseMemory(ephemeralStorage) }),
    ...(gpu !== undefined && { gpu }),
  };
}

/** What core can say of a spec before the driver sees it. */
export async function readSpec(spec: WorkloadSpec, reader: Reader): Promise<ReadSpec> {
  const bad = checkSpec(spec);
  if (bad.length > 0) return { problems: bad };
  const known = [...new Set([reader.plugin, ...reader.otherPlugins])];
  const strangers = Object.keys(spec.options ?? {}).filter((name) => !known.includes(name));
  const { value, issues } = await validate(reader.options, spec.options?.[reader.plugin] ?? {});
  const problems = [
    ...strangers.map((name) => ({ path: `options.${name}`, message: `no such runtime; ${expectedWords(name, known)}` })),
    ...issues.map(({ path, message }) => ({ path: `options.${reader.plugin}${path === "" ? "" : `.${path}`}`, message })),
  ];
  if (problems.length > 0) return { problems };
  const resources = readResources(spec);
  return { order: { spec, resources, specHash: specHash(spec, resources), options: value } };
}
