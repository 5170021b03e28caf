import { checkSpec, LongshoreError, type Problem, type TaskSpec } from "@longshore/core";
import { readYaml } from "../config/read-yaml.ts";
import { flagError } from "./flag-error.ts";
import { generateId } from "./generate-id.ts";
import type { SpecFlags } from "./spec-flags.ts";
import { specOfFlags } from "./spec-of-flags.ts";

export type Members = Readonly<Record<string, unknown>>;

/** Large enough that a value which is too long is refused by its path and not for the size of the file. */
export const largestSpecBytes = 8_388_608;
const nested = ["env", "secrets", "labels", "resources"] as const;

export const isMapping = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function notMapping(where: string, value: unknown): LongshoreError {
  const found = value === null || value === undefined ? "nothing" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
  return new LongshoreError(`${where}: got ${found}, expected a mapping`, { code: "invalid-spec", operation: "read" });
}

async function readMembers(file: string | undefined): Promise<Members> {
  if (file === undefined) return {};
  const value = await readYaml({ file, largestBytes: largestSpecBytes, code: "invalid-spec" });
  if (isMapping(value)) return value;
  throw notMapping(file, value);
}

/** Flags win; of what holds names or limits, each by itself. */
function merge(members: Members, flags: Members): Members {
  const inner = nested.flatMap((key) => {
    const [below, above] = [members[key], flags[key]];
    return isMapping(below) && isMapping(above) ? [[key, { ...below, ...above }] as const] : [];
  });
  return { ...members, ...flags, ...Object.fromEntries(inner) };
}

export const refuseSpec = (source: string, problems: readonly Problem[]): LongshoreError => {
  const said = problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  return new LongshoreError(`${source}: ${said}`, { code: "invalid-spec", operation: "read", cause: problems });
};

/**
 * The task that `-f`, the flags and the words after `--` ask for, under an id of ours where they name none. Throws
 * `invalid-spec`, with every problem that can be told without asking a runtime.
 */
export async function readTaskSpec(flags: SpecFlags, command: readonly string[]): Promise<TaskSpec> {
  if (flags.file === undefined && flags.image === undefined && command.length === 0)
    throw flagError(
      "command",
      "got nothing; expected one after --, an --image, or a spec with -f, as in: longshore run -- echo hello",
    );
  const asked = merge(await readMembers(flags.file), specOfFlags(flags, command));
  const spec: Members = { kind: "task", ...asked, id: asked["id"] ?? generateId(asked) };
  const source = flags.file ?? "task";
  if (spec["kind"] === "service")
    throw refuseSpec(source, [
      { path: "kind", message: 'got "service", this command runs tasks; expected task; services go up with longshore up -f' },
    ]);
  const problems = checkSpec(spec);
  if (problems.length > 0) throw refuseSpec(source, problems);
  return spec as unknown as TaskSpec;
}
