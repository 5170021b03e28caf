import { parseDuration } from "@longshore/core";
import { flagError } from "./flag-error.ts";

/** `10s` and the like in milliseconds; the refusal names the flag. */
export function parseDurationFlag(flag: string, value: string): number {
  try {
    return parseDuration(value);
  } catch (error) {
    throw flagError(flag, (error as Error).message);
  }
}
