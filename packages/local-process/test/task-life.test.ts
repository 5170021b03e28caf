import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LongshoreError, owner } from "@longshore/core";
import { expect, test } from "vitest";
import { identify } from "../src/process-identity.ts";
import { anId, eventually, isRunning, Scratch, script, texts } from "./scratch.ts";

test("a program that exits with 0 has succeeded, in the supervisor's own words", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  const ending = await runtime.run(script(id, "exit 0")).result;
  expect(ending).toMatchObject({ outcome: "succeeded", exit: { code: 0, evidence: "its supervisor saw it exit with 0" } });
  assert(ending.startedAt !== undefined && ending.startedAt < ending.finishedAt);
});

test.each([
  ["exit 7", { outcome: "failed", exit: { code: 7 }, diagnosis: { class: "user", code: "exit-code" } }],
  ["kill -KILL $$", { outcome: "failed", exit: { signal: "SIGKILL" }, diagnosis: { code: "signal" } }],
  ["kill -SEGV $$", { outcome: "failed", exit: { signal: "SIGSEGV" }, diagnosis: { code: "signal" } }],
])("%s is told as what it is", async (text, expected) => {
  await using box = new Scratch();
  const runtime = await box.open();
  const ending = await runtime.run(script(anId(), text)).result;
  expect(ending).toMatchObject(expected);
  if (ending.exit?.signal !== undefined) assert(!("code" in ending.exit), "a signal is no code");
});

test("a program that is not there, or not executable, or in no folder, never started", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const text = join(box.stateDir, "text");
  writeFileSync(text, "no program", { mode: 0o644 });
  const endingOf = (rest: object) => runtime.run({ kind: "task", id: anId(), command: ["true"], ...rest }).result;
  const missing = await endingOf({ command: ["no-such-program"] });
  expect(missing).toMatchObject({ outcome: "failed", diagnosis: { class: "config", code: "command-not-found" } });
  assert.equal(missing.exit, undefined);
  assert.equal(missing.startedAt, undefined);
  expect(await endingOf({ command: [text] })).toMatchObject({ diagnosis: { code: "command-not-executable" } });
  expect(await endingOf({ command: ["/"] })).toMatchObject({ diagnosis: { code: "command-not-executable" } });
  const nowhere = await endingOf({ workingDirectory: "/no/such/folder" });
  expect(nowhere).toMatchObject({ diagnosis: { code: "invalid-config" } });
  assert(nowhere.outcome === "failed");
  assert.match(nowhere.diagnosis.message, /workingDirectory \/no\/such\/folder is no folder/);
});

test("nothing of our own environment reaches the program", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  process.env["LONGSHORE_TEST_LEAK"] = "leaked";
  await runtime.run(script(id, "env | cut -d= -f1 | sort", { env: { MINE: "1" } })).result;
  delete process.env["LONGSHORE_TEST_LEAK"];
  assert.deepEqual(await texts(runtime, id), ["HOME", "LONGSHORE_WORKLOAD", "MINE", "PATH", "PWD"]);
});

test("the spec's own PATH, HOME and folder win; otherwise the folder is the task's own and empty", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const [own, given] = [anId("own"), anId("given")];
  await runtime.run(script(own, "pwd; ls -A; echo $HOME")).result;
  assert.deepEqual(await texts(runtime, own), [box.file(own, "work"), box.file(own, "work")]);
  await runtime.run(script(given, "pwd; echo $HOME", { workingDirectory: "/usr", env: { HOME: "/elsewhere" } })).result;
  assert.deepEqual(await texts(runtime, given), ["/usr", "/elsewhere"]);
});

test("scripts may write to /dev/stdout and /dev/stderr, and read an empty stdin", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  const ending = await runtime.run(script(id, "echo one >/dev/stdout; echo two >/dev/stderr; cat; echo done")).result;
  assert.equal(ending.outcome, "succeeded");
  assert.deepEqual([...(await texts(runtime, id))].sort(), ["done", "one", "two"]);
});

test("secrets arrive as asked, readable by their user alone, and are nowhere else; afterwards they are gone", async () => {
  await using box = new Scratch();
  const secrets = { resolve: async (key: string) => `value-of-${key}` };
  const runtime = await box.open({ secrets });
  const id = anId();
  const spec = script(id, 'echo "$TOKEN" | wc -c; wc -c < "$KEY_FILE"; stat -c %a "$KEY_FILE"; sleep 60', {
    secrets: { TOKEN: { resolve: "t", as: "env" }, KEY: { resolve: "key", as: "file" } },
  });
  assert.doesNotMatch(await runtime.explain(spec), /value-of/);
  await runtime.start(spec);
  await eventually(async () => assert.deepEqual(await texts(runtime, id), ["11", "12", "600"]));
  const files = readdirSync(box.folder(id), { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const holders = files.filter((one) => readFileSync(join(one.parentPath, one.name), "utf8").includes("value-of-"));
  assert.deepEqual(
    holders.map(({ name }) => name),
    ["KEY"],
    "the values are in no other file",
  );
  assert.doesNotMatch(JSON.stringify(await box.look(id)), /value-of/);
  assert.doesNotMatch(box.processes().join("\n"), /value-of/, "not in a process list");
  assert.equal(statSync(box.folder(id)).mode & 0o777, 0o700);
  await runtime.stop(id);
  assert(!existsSync(box.file(id, "secrets")), "no file outlives the program");
});

test("a program that traps the polite signal and exits with 0 was stopped, in the eyes of a new process too", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await runtime.start(script(id, "trap 'echo caught; exit 0' TERM; echo ready; while :; do sleep 0.05; done 2>/dev/null"));
  await eventually(async () => assert.deepEqual(await texts(runtime, id), ["ready"]));
  expect(await runtime.stop(id)).toEqual({ state: "confirmed", forced: false, graceMs: 10_000 });
  const another = await box.open();
  expect(await another.inspect(id)).toMatchObject({ state: { phase: "exited", outcome: "stopped", exit: { code: 0 } } });
  assert.deepEqual(await texts(another, id), ["ready", "caught"]);
  expect(await another.stop(id)).toMatchObject({ state: "confirmed", forced: false });
});

test("a program that ignores the polite signal is killed when the grace is over", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await runtime.start(script(id, "trap '' TERM; echo ready; while :; do sleep 0.05; done", { stopGraceMs: 200 }));
  await eventually(async () => assert.deepEqual(await texts(runtime, id), ["ready"]));
  const begun = performance.now();
  expect(await runtime.stop(id)).toEqual({ state: "confirmed", forced: true, graceMs: 200 });
  assert(performance.now() - begun >= 200);
  expect(await runtime.inspect(id)).toMatchObject({ state: { outcome: "stopped", exit: { signal: "SIGKILL" } } });
});

test("while it is being stopped, others see it; a second stop with less patience wins", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await runtime.start(script(id, "trap '' TERM; echo ready; while :; do sleep 0.05; done"));
  await eventually(async () => assert.deepEqual(await texts(runtime, id), ["ready"]));
  const patient = runtime.stop(id, { graceMs: 60_000 });
  await eventually(async () => expect(await runtime.inspect(id)).toMatchObject({ state: { phase: "stopping" } }));
  expect(await runtime.stop(id, { graceMs: 0 })).toEqual({ state: "confirmed", forced: true, graceMs: 0 });
  expect(await patient).toMatchObject({ state: "confirmed" });
});

test("an abandoned stop is carried out all the same", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await runtime.start(script(id, "trap '' TERM; echo ready; while :; do sleep 0.05; done"));
  await eventually(async () => assert.deepEqual(await texts(runtime, id), ["ready"]));
  await expect(runtime.stop(id, { graceMs: 400, signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/);
  expect(await runtime.wait(id)).toMatchObject({ outcome: "stopped", exit: { signal: "SIGKILL" } });
});

test("a stop takes the whole tree: children, and those that made a session of their own", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  const escape = "setsid sh -c 'trap \"\" TERM HUP; echo $$; while :; do sleep 0.05; done' >&1";
  await runtime.start(script(id, `sleep 1000 & echo $!; ${escape} & wait`));
  const pids = await eventually(async () => {
    const found = (await texts(runtime, id)).map(Number);
    assert.equal(found.length, 2);
    return found;
  });
  assert(pids.every(isRunning));
  expect(await runtime.stop(id)).toMatchObject({ state: "confirmed", forced: false });
  assert.deepEqual(pids.filter(isRunning), []);
});

test("when the program ends, so does all that it started, and its end is not late for a pipe that somebody holds", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  // Without its environment it cannot be found; only the cap on draining ends the wait for it.
  const unknown = `env -i setsid sleep 6 &`;
  const begun = performance.now();
  const ending = await runtime.run(script(id, `sleep 1000 & echo $!; setsid sleep 1000 & echo $!; ${unknown} sleep 0.3; exit 4`))
    .result;
  const tookMs = performance.now() - begun;
  assert(tookMs < 5_500, `${tookMs} ms`);
  assert.equal(ending.exit?.code, 4);
  assert(Date.parse(ending.finishedAt) - Date.parse(ending.startedAt ?? "") < 1_500, "the program's end, not the pipe's");
  const pids = (await texts(runtime, id)).map(Number);
  assert.equal(pids.length, 2);
  assert.deepEqual(pids.filter(isRunning), []);
  await eventually(() => assert.equal(box.processes().length, 1, "the supervisor"));
});

test("what comes late through a pipe that is still open is in the log", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await runtime.run(script(id, "env -i setsid sh -c 'sleep 0.7; echo late' & sleep 0.1; echo early; exit 0")).result;
  assert.deepEqual(await texts(runtime, id), ["early", "late"]);
});

test("the supervisor ends a task at its time limit", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const [polite, stubborn, long] = [anId("polite"), anId("stubborn"), anId("long")];
  const task = await runtime.start(script(polite, "sleep 1000", { timeoutMs: 300 }));
  assert(task.kind === "task" && task.state.phase === "running" && task.deadline !== undefined);
  assert.equal(Date.parse(task.deadline) - Date.parse(task.state.startedAt ?? ""), 300);
  expect(await runtime.wait(polite)).toMatchObject({ outcome: "timed-out", diagnosis: { code: "time-limit" } });
  const ending = await runtime.run(
    script(stubborn, "trap '' TERM; sleep 1000 & wait; wait", { timeoutMs: 100, stopGraceMs: 200 }),
  ).result;
  expect(ending).toMatchObject({ outcome: "timed-out", exit: { signal: "SIGKILL" } });
  // The longest that core lets through is the longest that a timer can wait.
  await runtime.start(script(long, "sleep 1", { timeoutMs: 2 ** 31 - 1 }));
  expect(await runtime.wait(long)).toMatchObject({ outcome: "succeeded" });
  assert.equal(readFileSync(box.supervisor.complaints, "utf8"), "", "nothing overflowed");
});

test("work is kept apart by owner, found by label, and unknown to strangers", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  await runtime.run(script(id, "echo mine", { labels: { team: "blue" } })).result;
  const ids = async (labels: Record<string, string>) => (await Array.fromAsync(runtime.list({ labels }))).map((one) => one.id);
  assert.deepEqual(await ids({ team: "blue" }), [id]);
  assert.deepEqual(await ids({ team: "red" }), []);
  const other = await box.open({ owner: owner("others") });
  assert.deepEqual(await Array.fromAsync(other.list()), []);
  await other.remove(id);
  expect(await other.inspect(id)).toEqual({ kind: "absent", id });
  await expect(texts(other, id)).rejects.toSatisfy((error) => LongshoreError.is(error, "not-found"));
  assert.deepEqual(await texts(runtime, id), ["mine"]);
});

test("a start answers while the program runs, and the end of its caller's process is not needed to see it", async () => {
  await using box = new Scratch();
  const runtime = await box.open();
  const id = anId();
  const updates = await Array.fromAsync(runtime.run(script(id, "echo a; echo b >&2; exit 0")));
  const kinds = updates.map(({ kind }) => kind);
  assert.deepEqual(kinds.filter((kind) => kind === "log").length, 2);
  assert.equal(kinds.at(-1), "complete");
});

test(
  "an end that nobody can show within its time is unconfirmed, and such a task cannot be removed",
  { timeout: 60_000 },
  async () => {
    await using box = new Scratch();
    const runtime = await box.open();
    const id = anId();
    await runtime.run(script(id, "exit 0")).result;
    const end = readFileSync(box.file(id, "exit.json"));
    rmSync(box.file(id, "exit.json"));
    // Somebody has the claim, lives, and does nothing about it.
    writeFileSync(box.file(id, "supervisor.json"), JSON.stringify(identify(process.ppid)));
    const [stopped, removed] = await Promise.allSettled([runtime.stop(id, { graceMs: 0 }), runtime.remove(id)]);
    expect(stopped).toMatchObject({
      value: { state: "unconfirmed", forced: false, reason: expect.stringMatching(/supervisor/) },
    });
    expect(removed).toMatchObject({ reason: { message: expect.stringMatching(/cannot be removed while it runs/) } });
    writeFileSync(box.file(id, "supervisor.json"), JSON.stringify({ pid: 999_999, start: "long ago" }));
    writeFileSync(box.file(id, "exit.json"), end);
  },
);
