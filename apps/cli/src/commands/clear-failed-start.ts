import { type Inspection, LongshoreError, type Runtime, type TaskSpec } from "@longshore/core";
import { hashOfSpec } from "../spec/hash-of-spec.ts";

interface FailedStart {
  readonly runtime: Runtime;
  readonly spec: TaskSpec;
  readonly signal: AbortSignal;
}

/** Whoever bears the id under another spec is somebody else's work and stays. */
const isOurs = (seen: Inspection, spec: TaskSpec): boolean =>
  seen.kind === "absent" || (seen.kind === "task" && seen.specHash === hashOfSpec(spec));

/**
 * After a start that failed or was given up, which may have left something behind or may even have begun. As far as it can:
 * the caller has a better error to tell of.
 */
export async function clearFailedStart({ runtime, spec, signal }: FailedStart, error: unknown): Promise<void> {
  const untouched = (["conflict", "invalid-spec", "unsupported"] as const).some((code) => LongshoreError.is(error, code));
  if (untouched) return;
  try {
    if (!isOurs(await runtime.inspect(spec.id, { signal }), spec)) return;
    await runtime.stop(spec.id, { signal });
    await runtime.remove(spec.id, { signal });
  } catch {
    // What made the start fail most likely stands in the way here too.
  }
}
