import { diagnose, type DiagnosisCode, type Ending, type Exit, type FaultCode, instant, LongshoreError } from "@longshore/core";
import { expect, test } from "vitest";
import { exitCodeOfEnding } from "../src/exit-code-of-ending.ts";
import { exitCodeOfError } from "../src/exit-code-of-error.ts";

const ended = { phase: "exited", finishedAt: instant(0) } as const;
const exit = (how: Omit<Exit, "evidence">): Exit => ({ ...how, evidence: "test" });
const failed = (code: DiagnosisCode, how?: Exit): Ending => ({
  ...ended,
  outcome: "failed",
  diagnosis: diagnose(code),
  ...(how && { exit: how }),
});
const stopped = (how?: Exit): Ending => ({
  ...ended,
  outcome: "stopped",
  diagnosis: diagnose("stopped"),
  ...(how && { exit: how }),
});

const endings: readonly (readonly [what: string, ending: Ending, code: number])[] = [
  ["success", { ...ended, outcome: "succeeded", exit: exit({ code: 0 }) }, 0],
  ["its own code", failed("exit-code", exit({ code: 3 })), 3],
  ["its own code 1", failed("exit-code", exit({ code: 1 })), 1],
  ["a signal", failed("signal", exit({ signal: "SIGSEGV" })), 139],
  ["a signal nobody knows", failed("signal", exit({ signal: "SIGNONE" })), 125],
  ["out of memory", failed("out-of-memory", exit({ code: 137, oomKilled: true })), 137],
  ["out of memory by another code", failed("out-of-memory", exit({ code: 1, oomKilled: true })), 137],
  ["an end nobody knows", failed("exit-unknown"), 125],
  ["a failure of the backend with code 0", failed("platform-fault", exit({ code: 0 })), 125],
  ["a command that is not there", failed("command-not-found", exit({ code: 127 })), 125],
  ["no such image", failed("image-not-found"), 125],
  ["no room", failed("no-capacity"), 125],
  ["the time limit", { ...ended, outcome: "timed-out", diagnosis: diagnose("time-limit"), exit: exit({ code: 0 }) }, 124],
  ["stopped by a signal", stopped(exit({ signal: "SIGTERM" })), 143],
  ["stopped, with a code of its own", stopped(exit({ code: 5 })), 5],
  ["stopped, and exited with 0 all the same", stopped(exit({ code: 0 })), 143],
  ["stopped before it began", stopped(), 125],
];

for (const [what, ending, code] of endings) {
  test(`${what} exits with ${code}`, () => expect(exitCodeOfEnding(ending)).toBe(code));
}

const faults: Readonly<Record<FaultCode, number>> = {
  "invalid-config": 2,
  "invalid-spec": 2,
  "invalid-argument": 2,
  conflict: 2,
  unsupported: 2,
  "not-found": 125,
  lost: 125,
  unauthenticated: 125,
  "permission-denied": 125,
  "image-not-found": 125,
  "image-platform": 125,
  "quota-exceeded": 125,
  throttled: 125,
  unavailable: 125,
  timeout: 125,
  closed: 125,
  internal: 125,
  unknown: 125,
};

test("errors exit with 2 where the caller can ask for something else, with 125 elsewhere", () => {
  for (const [code, expected] of Object.entries(faults)) {
    expect(exitCodeOfError(new LongshoreError("x", { code: code as FaultCode, operation: "test" }))).toBe(expected);
  }
  expect(exitCodeOfError(new Error("x"))).toBe(125);
});
