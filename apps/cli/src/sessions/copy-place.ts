import { isWorkloadId, type WorkloadId } from "@longshore/core";
import { flagError } from "../spec/flag-error.ts";

/** One side of a copy: in a workload, a path of this machine, or a tar stream on stdin or stdout. */
export type CopyPlace =
  | { readonly kind: "workload"; readonly id: WorkloadId; readonly path: string }
  | { readonly kind: "local"; readonly path: string }
  | { readonly kind: "stream" };

function placeOf(text: string): CopyPlace {
  if (text === "-") return { kind: "stream" };
  const at = text.indexOf(":");
  const id = text.slice(0, Math.max(0, at));
  // `./a:b` and `/a:b` are files of this machine: no id has a dot or a slash.
  if (!isWorkloadId(id)) return { kind: "local", path: text };
  const path = text.slice(at + 1);
  if (path === "") throw flagError(text, `expected a path after the colon, as in ${id}:/tmp`);
  return { kind: "workload", id, path };
}

export type Copy =
  | { readonly way: "in"; readonly from: Exclude<CopyPlace, { kind: "workload" }>; readonly to: CopyPlace & { kind: "workload" } }
  | {
      readonly way: "out";
      readonly from: CopyPlace & { kind: "workload" };
      readonly to: Exclude<CopyPlace, { kind: "workload" }>;
    };

/** Throws `invalid-argument` unless exactly one side is in a workload. */
export function readCopy(source: string, destination: string): Copy {
  const [from, to] = [placeOf(source), placeOf(destination)];
  if (from.kind === "workload" && to.kind !== "workload") return { way: "out", from, to };
  if (to.kind === "workload" && from.kind !== "workload") return { way: "in", from, to };
  const found = from.kind === "workload" ? "both are" : "neither is";
  throw flagError("cp", `${found} in a workload; expected ID:PATH on one side, as in: longshore cp notes.txt a1:/tmp`);
}
