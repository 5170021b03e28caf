import { createHash } from "node:crypto";
import type { Owner, WorkloadId } from "./ids.ts";

/** One letter and 64 bits in hexadecimal: below that, two names would meet by chance. */
const shortestLimit = 17;

/**
 * The name on the backend, the same in every process. A readable name always holds a hyphen and a hashed one never does,
 * so the two cannot collide. A `limit` below 17 characters is the driver author's mistake and throws a RangeError.
 */
export function nativeName(owner: Owner, id: WorkloadId, limit: number): string {
  const readable = `${owner}-${id}`;
  if (readable.length <= limit) return readable;
  if (limit < shortestLimit) throw new RangeError(`a native name needs ${shortestLimit} characters, the limit is ${limit}`);
  const digest = createHash("sha256").update(readable).digest("hex");
  return `l${digest.slice(0, Math.min(limit - 1, 40))}`;
}
