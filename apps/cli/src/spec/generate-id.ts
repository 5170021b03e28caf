import { randomInt } from "node:crypto";
import { basename } from "node:path";
import { type WorkloadId, workloadId } from "@longshore/core";

const letters = "abcdefghjkmnpqrstuvwxyz23456789";
const longestName = 24;

/** `registry.example/team/busybox:1.35` and `/usr/bin/node` are `busybox` and `node`. */
const nameOf = (source: string): string =>
  basename(source.replace(/@.*$/, ""))
    .replace(/:.*$/, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+/, "")
    .slice(0, longestName)
    .replace(/-+$/, "");

/** Readable, from the image or the command, and random enough that two of one day do not meet. */
export function generateId({ image, command }: { readonly image?: unknown; readonly command?: unknown }): WorkloadId {
  const source = typeof image === "string" ? image : Array.isArray(command) ? String(command[0] ?? "") : "";
  const suffix = Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join("");
  return workloadId(`${nameOf(source) || "task"}-${suffix}`);
}
