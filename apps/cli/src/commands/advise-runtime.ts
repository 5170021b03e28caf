import { LongshoreError, type TaskSpec } from "@longshore/core";
import type { Session } from "../session.ts";

/** A spec that the default runtime refuses may be meant for another one. */
export function adviseRuntime(error: unknown, { runtime, config }: Session, { id }: TaskSpec): unknown {
  const others = Object.keys(config.runtimes).filter((name) => name !== config.defaultRuntime);
  if (!LongshoreError.is(error, "invalid-spec") || runtime !== undefined || others.length === 0) return error;
  const message = `${error.message} (no --runtime was named; there is also ${others.join(", ")})`;
  return new LongshoreError(message, { ...error.toJSON(), workload: id, cause: error.cause });
}
