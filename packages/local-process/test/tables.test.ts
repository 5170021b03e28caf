import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { instant, openRuntime, owner } from "@longshore/core";
import { expect, test } from "vitest";
import { classifyProcessError } from "../src/classify-process-error.ts";
import { defaultStateDir } from "../src/default-state-dir.ts";
import { runtime as plugin } from "../src/index.ts";
import { type Evidence, mapProcessState } from "../src/map-process-state.ts";
import { WallClock } from "../src/wall-clock.ts";

const at = instant(0);
const claim = { pid: 1, start: "s" };
const started = { program: { pid: 2, start: "s" }, at };
const intent = { intent: "stopped", graceMs: 1 } as const;
const task = {} as Evidence["task"];

test.each<[string, Omit<Evidence, "task">, object]>([
  ["nobody has claimed it", { supervised: false }, { phase: "pending" }],
  ["a supervisor starts it", { supervised: true, claim }, { phase: "pending" }],
  ["it runs", { supervised: true, claim, started }, { phase: "running", startedAt: at }],
  ["it runs on alone", { supervised: false, claim, started }, { phase: "running", startedAt: at }],
  ["it runs and nobody wrote when it started", { supervised: false, claim }, { phase: "running" }],
  ["it is being stopped", { supervised: true, claim, started, intent }, { phase: "stopping", startedAt: at }],
  ["it is stopped before it started", { supervised: true, claim, intent }, { phase: "stopping" }],
  [
    "exit 0",
    { supervised: false, claim, started, exit: { finishedAt: at, code: 0 } },
    { outcome: "succeeded", exit: { code: 0 } },
  ],
  ["exit 1", { supervised: false, claim, started, exit: { finishedAt: at, code: 1 } }, { outcome: "failed", exit: { code: 1 } }],
  [
    "exit unseen",
    { supervised: false, claim, started, exit: { finishedAt: at } },
    { outcome: "failed", diagnosis: { code: "exit-unknown" } },
  ],
  [
    "a stop after its end",
    { supervised: false, claim, started, intent, exit: { finishedAt: at, code: 0 } },
    { outcome: "succeeded" },
  ],
  [
    "code 0 after a stop",
    { supervised: false, claim, started, exit: { finishedAt: at, code: 0, intent: "stopped" } },
    { outcome: "stopped" },
  ],
  [
    "code 0 after a limit",
    { supervised: false, claim, started, exit: { finishedAt: at, code: 0, intent: "timed-out" } },
    { outcome: "timed-out" },
  ],
])("state: %s", (_name, evidence, expected) => {
  expect(mapProcessState({ task, ...evidence })).toMatchObject(expected);
});

test("what never started has no exit", () => {
  const state = mapProcessState({
    task,
    supervised: false,
    claim,
    exit: { finishedAt: at, failure: { code: "command-not-found", detail: "x" } },
  });
  expect(state).toMatchObject({
    outcome: "failed",
    diagnosis: { code: "command-not-found", message: expect.stringMatching(/: x$/) },
  });
  assert(!("exit" in state) && !("startedAt" in state));
});

test("the system's errors have our words", () => {
  const codeOf = (code: string) => classifyProcessError(Object.assign(new Error("no"), { code }))?.code;
  assert.deepEqual(["EACCES", "ENOSPC", "EMFILE", "ENOENT"].map(codeOf), [
    "permission-denied",
    "quota-exceeded",
    "unavailable",
    undefined,
  ]);
  for (const strange of [undefined, null, "text", new Error("no")]) assert.equal(classifyProcessError(strange), undefined);
});

test("the folder for state: ours, else XDG's, else the platform's; relative ones of XDG are ignored", () => {
  assert.equal(defaultStateDir({ LONGSHORE_STATE_DIR: "/s", XDG_STATE_HOME: "/x" }, "linux"), "/s/local-process");
  assert.equal(defaultStateDir({ XDG_STATE_HOME: "/x" }, "linux"), "/x/longshore/local-process");
  assert.equal(defaultStateDir({ XDG_STATE_HOME: "x" }, "linux"), join(homedir(), ".local/state/longshore/local-process"));
  assert.equal(defaultStateDir({}, "darwin"), join(homedir(), "Library/Application Support/longshore/local-process"));
});

test("a config with unknown keys, and a state folder that cannot be made, are told at open", async () => {
  const opening = (config: object) => openRuntime(plugin.with(config), { owner: owner("tests") });
  await expect(opening({ stateDirectory: "/tmp" })).rejects.toMatchObject({ code: "invalid-config" });
  await expect(opening({ stateDir: "/dev/null/folder" })).rejects.toMatchObject({ code: "invalid-config", operation: "ping" });
});

test("times have nine decimals and never stand still", () => {
  const clock = new WallClock();
  const times = Array.from({ length: 10_000 }, () => clock.now());
  assert.deepEqual(times, [...new Set(times)].sort());
  for (const time of times) assert.equal(instant(time), time);
  assert(Math.abs(Date.parse(times[0] ?? "") - Date.now()) < 1_000);
});
