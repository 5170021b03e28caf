import { type FaultCode, LongshoreError } from "@longshore/core";
import { failureCode } from "./exit-code-of-ending.ts";

/** What the caller can put right by asking for something else. */
const mistakes: ReadonlySet<FaultCode> = new Set([
  "invalid-config",
  "invalid-spec",
  "invalid-argument",
  "conflict",
  "unsupported",
]);
export const usageCode = 2;

export const exitCodeOfError = (error: unknown): number => {
  // The parser's own: a command line that it does not take.
  if (error instanceof Error && error.name === "CommanderError") return usageCode;
  return LongshoreError.is(error) && mistakes.has(error.code) ? usageCode : failureCode;
};
