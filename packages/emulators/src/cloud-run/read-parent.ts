import { readName } from "../google/resource-name.ts";
import type { RunPlace } from "./run-world.ts";

/** A region by its name. @throws `INVALID_ARGUMENT` */
export function readParent(parent: string): RunPlace {
  const [project = "", location = ""] = readName("projects/*/locations/*", parent);
  return { project, location };
}
