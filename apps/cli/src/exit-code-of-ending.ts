import { constants } from "node:os";
import type { Ending, Exit } from "@longshore/core";

/** Those that have no better code: not started, unknown, lost, a failure of the backend. */
export const failureCode = 125;
const timeLimitCode = 124;
const outOfMemoryCode = 137;

export const codeOfSignal = (signal: string): number | undefined => {
  const number = (constants.signals as Readonly<Record<string, number | undefined>>)[signal];
  return number === undefined ? undefined : 128 + number;
};

function codeOfExit({ code, signal }: Exit): number | undefined {
  if (signal !== undefined) return codeOfSignal(signal);
  return code === undefined || code === 0 ? undefined : code & 0xff || undefined;
}

/** Of a command that was run beside a workload; one whose code nobody knows has not been seen to succeed. */
export const exitCodeOfExit = (exit: Exit): number =>
  exit.code === 0 && exit.signal === undefined ? 0 : (codeOfExit(exit) ?? failureCode);

/**
 * What a shell is told of a task: its own code, 128 + n for a signal. 0 only for a success: who was stopped and exits 0 all
 * the same gets 143, as if TERM had ended it.
 */
export function exitCodeOfEnding(ending: Ending): number {
  const { outcome, exit } = ending;
  if (outcome === "succeeded") return 0;
  if (outcome === "timed-out") return timeLimitCode;
  const own = exit === undefined ? undefined : codeOfExit(exit);
  if (outcome === "stopped") return own ?? (exit?.code === 0 ? (codeOfSignal("SIGTERM") ?? failureCode) : failureCode);
  const { class: kind, code } = ending.diagnosis;
  // It never ran: a code, where the backend has one, is its own and not the program's.
  if (kind === "config" || kind === "image") return failureCode;
  return code === "out-of-memory" ? outOfMemoryCode : (own ?? failureCode);
}
