import { checkSpec, expectedWords, type WorkloadSpec } from "@longshore/core";
import { readYamlDocuments } from "../config/read-yaml.ts";
import { chooseRuntime } from "../runtimes/choose-runtime.ts";
import type { Session } from "../session.ts";
import { generateId } from "./generate-id.ts";
import { isMapping, largestSpecBytes, type Members, notMapping, refuseSpec } from "./read-task-spec.ts";

/** One workload that a file asks for, and the runtime it is to be on. */
export interface Wish {
  readonly runtime: string;
  readonly spec: WorkloadSpec;
}
export interface SpecFile {
  readonly file: string;
  /** Takes the place of the id where the file holds one spec alone. */
  readonly name?: string;
  /** To be looked at only: without a kind it is a task, and an id is found for what has none. */
  readonly lenient?: boolean;
}
interface Entry {
  readonly where: string;
  readonly members: Members;
}

async function readEntries({ file, name, lenient = false }: SpecFile): Promise<readonly Entry[]> {
  const documents = await readYamlDocuments({ file, largestBytes: largestSpecBytes, code: "invalid-spec" });
  const all = documents.flatMap((document): readonly unknown[] => (Array.isArray(document) ? document : [document]));
  if (all.length === 0) throw notMapping(file, undefined);
  if (name !== undefined && all.length > 1)
    throw refuseSpec(file, [{ path: "", message: `holds ${all.length} specs, and --name is for one` }]);
  return all.map((value, index) => {
    const where = all.length === 1 ? file : `${file}: spec ${index + 1}`;
    if (!isMapping(value)) throw notMapping(where, value);
    const given = name === undefined ? value : { ...value, id: name };
    return { where, members: lenient ? { kind: "task", ...given, id: given["id"] ?? generateId(given) } : given };
  });
}

function wishOf(session: Session, { where, members }: Entry): Wish {
  const { runtime, ...spec } = members;
  const names = Object.keys(session.config.runtimes);
  if (runtime !== undefined && (typeof runtime !== "string" || !names.includes(runtime))) {
    const got = JSON.stringify(runtime);
    const expected = expectedWords(typeof runtime === "string" ? runtime : got, names);
    throw refuseSpec(where, [{ path: "runtime", message: `got ${got}; ${expected}` }]);
  }
  if (spec["kind"] === undefined) throw refuseSpec(where, [{ path: "kind", message: "got nothing, expected task or service" }]);
  const problems = checkSpec(spec);
  if (problems.length > 0) throw refuseSpec(where, problems);
  const read = spec as unknown as WorkloadSpec;
  return { spec: read, runtime: session.runtime ?? runtime ?? chooseRuntime(session, read) };
}

/**
 * The specs of tasks and services in a file: one, a list, or several YAML documents. Each says its `kind` and `id`, and may say
 * its `runtime`. Throws `invalid-spec` with every problem that can be told without asking a runtime.
 */
export async function readSpecFile(session: Session, source: SpecFile): Promise<readonly Wish[]> {
  const wishes = (await readEntries(source)).map((entry) => wishOf(session, entry));
  const keys = wishes.map(({ runtime, spec }) => `${spec.id} on ${runtime}`);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw refuseSpec(source.file, [{ path: "id", message: `${twice} is there twice` }]);
  return wishes;
}
