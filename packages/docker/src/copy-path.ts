import { posix } from "node:path";
import { LongshoreError } from "@longshore/core";
import type { InspectedContainer } from "./map-container-state.ts";

interface NativeError {
  readonly statusCode?: number;
  readonly message?: string;
}

/** From the working directory, where a program's own paths begin; the engine's begin at the root. */
export const copyPath = ({ Config }: InspectedContainer, path: string): string =>
  posix.resolve("/", Config.WorkingDir ?? "", path);

/** The engine's words as they are, and codes that fit a path; what else failed is left to the driver's table. */
export function copyError(error: unknown, path: string): unknown {
  const { statusCode, message = "" } = error as NativeError;
  if (statusCode === undefined) return error;
  const said = message.replace(/^\(HTTP code \d+\) .*? - /, "").trim();
  const wrap = (code: "not-found" | "invalid-argument" | "permission-denied"): LongshoreError =>
    new LongshoreError(`${path}: ${said}`, { code, operation: "copy", cause: error });
  if (statusCode === 404) return wrap("not-found");
  // Before 25 an engine says 500 of what is the caller's.
  if (/not a directory/i.test(said) || statusCode === 400) return wrap("invalid-argument");
  if (/read-only|permission denied/i.test(said) || statusCode === 403) return wrap("permission-denied");
  return error;
}
