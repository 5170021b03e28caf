import { readFile } from "node:fs/promises";
import type { Ending, TaskSpec } from "@longshore/core";
import { parse } from "yaml";

export interface TaskDefinition {
  readonly name: string;
  readonly spec: Omit<TaskSpec, "kind" | "id">;
  readonly expect: { readonly outcome: Ending["outcome"]; readonly exitCode?: number };
}
type Entry = TaskDefinition["spec"] & Pick<TaskDefinition, "expect">;

/** The tasks of a file, by name, each with how it should end. */
export async function readTaskDefinitions(file: URL): Promise<readonly TaskDefinition[]> {
  const entries = Object.entries(parse(await readFile(file, "utf8")) as Readonly<Record<string, Entry>>);
  return entries.map(([name, { expect, ...spec }]) => ({ name, spec, expect }));
}
