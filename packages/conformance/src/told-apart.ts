import assert from "node:assert/strict";
import {
  diagnose,
  type DiagnosisCode,
  type Ending,
  isLegalTransition,
  LongshoreError,
  type Runtime,
  type TaskSpec,
  type TaskState,
} from "@longshore/core";
import { firstLine } from "./first-line.ts";
import { type GuaranteeCase, needs } from "./guarantee-case.ts";
import { held } from "./soon.ts";
import type { Stage } from "./stage.ts";

type Outcome = Ending["outcome"];

/** The same class, message and hint as everywhere; the message may go on in the backend's words. */
function assertDiagnosis(ending: Ending, outcome: Outcome, code: DiagnosisCode): void {
  assert.equal(ending.outcome, outcome, JSON.stringify(ending));
  const found = ending.outcome === "succeeded" ? undefined : ending.diagnosis;
  const standard = diagnose(code);
  assert.deepEqual(
    { code: found?.code, class: found?.class, hint: found?.hint, message: found?.message.slice(0, standard.message.length) },
    { code, class: standard.class, hint: standard.hint, message: standard.message },
  );
}

/** As this process waits for it, and as another finds it. */
async function endings(stage: Stage, runtime: Runtime, spec: TaskSpec): Promise<readonly Ending[]> {
  return [await stage.wait(runtime, spec.id), await stage.elsewhere((other) => stage.wait(other, spec.id))];
}
async function endsAs(stage: Stage, spec: TaskSpec, expected: readonly [Outcome, DiagnosisCode]): Promise<readonly Ending[]> {
  const runtime = await stage.open();
  await stage.soon(runtime.start(spec), "start");
  const seen = await endings(stage, runtime, spec);
  for (const ending of seen) assertDiagnosis(ending, ...expected);
  return seen;
}

async function stoppedByUs(stage: Stage): Promise<void> {
  const runtime = await stage.open();
  const spec = stage.task([
    { do: "trap", then: { exit: 0 } },
    { do: "print", text: "ready" },
    { do: "sleep", ms: 60_000 },
  ]);
  await stage.soon(runtime.start(spec), "start");
  await firstLine(stage, runtime, spec.id);
  await stage.soon(runtime.stop(spec.id), "stop");
  for (const ending of await endings(stage, runtime, spec)) {
    assertDiagnosis(ending, "stopped", "stopped");
    assert.equal(ending.exit?.code, 0, "the code it trapped TERM with is kept as evidence");
  }
}
async function limitWithoutUs(stage: Stage): Promise<void> {
  const spec = stage.task([{ do: "sleep", ms: 60_000 }], { timeoutMs: 1000, stopGraceMs: 500 });
  await stage.elsewhere((runtime) => stage.soon(runtime.start(spec), "start"));
  await stage.eventually(async () => (await stage.alive(spec.id)).length === 0, "the time limit, with no runtime open");
  assertDiagnosis(await stage.elsewhere((runtime) => stage.wait(runtime, spec.id)), "timed-out", "time-limit");
}

async function legalStates(stage: Stage): Promise<void> {
  const runtime = await stage.open();
  const spec = stage.task([
    { do: "trap", then: { exit: 5 } },
    { do: "print", text: "ready" },
    { do: "sleep", ms: 60_000 },
  ]);
  await stage.soon(runtime.start(spec), "start");
  const phases: TaskState["phase"][] = [];
  const watch = async (): Promise<void> => {
    for await (const seen of runtime.observe(spec.id)) if (seen.kind === "task") phases.push(seen.state.phase);
  };
  const watched = held(watch());
  await firstLine(stage, runtime, spec.id);
  await stage.soon(runtime.stop(spec.id), "stop");
  await stage.soon(watched, "observe");
  assert.equal(phases.at(-1), "exited");
  for (const [index, phase] of phases.entries())
    assert.ok(isLegalTransition(phases[index - 1] ?? "pending", phase), phases.join(" → "));
}

/** What the backend tells of ends may get lost; that it has ended may not. */
async function heardOverCuts(stage: Stage): Promise<void> {
  const route = await stage.route({ kind: "cut-streams", times: 4 });
  const runtime = await stage.open({ through: route.through });
  const spec = stage.task([
    { do: "sleep", ms: 1000 },
    { do: "exit", code: 4 },
  ]);
  await stage.soon(runtime.start(spec), "start");
  const ending = await stage.wait(runtime, spec.id);
  stage.injected("cut-streams", route);
  assert.deepEqual([ending.outcome, ending.exit?.code], ["failed", 4]);
}

async function badImage(stage: Stage): Promise<void> {
  const runtime = await stage.open();
  const spec = stage.given(stage.harness.bad.image);
  try {
    await stage.soon(runtime.start(spec), "start");
  } catch (error) {
    assert.ok(LongshoreError.is(error, "image-not-found"), String(error));
    return;
  }
  assertDiagnosis(await stage.wait(runtime, spec.id), "failed", "image-not-found");
}

export const toldApart: readonly GuaranteeCase[] = [
  {
    name: "an exit code",
    async run(stage) {
      const seen = await endsAs(stage, stage.task([{ do: "exit", code: 42 }]), ["failed", "exit-code"]);
      for (const { exit } of seen) assert.equal(exit?.code, 42);
    },
  },
  {
    name: "a signal that nobody here sent",
    async run(stage) {
      const { signals } = stage.harness.tells;
      const seen = await endsAs(stage, stage.task([{ do: "die", signal: "SIGKILL" }]), [
        "failed",
        signals ? "signal" : "exit-code",
      ]);
      for (const { exit } of seen) assert.deepEqual(signals ? exit?.signal : exit?.code, signals ? "SIGKILL" : 137);
    },
  },
  {
    name: "out of memory",
    needs: [needs.outOfMemory],
    async run(stage) {
      const seen = await endsAs(stage, stage.given(stage.harness.outOfMemory), ["failed", "out-of-memory"]);
      for (const { exit } of seen) assert.equal(exit?.oomKilled, true);
    },
  },
  {
    name: "the time limit, also where the program traps TERM and exits 0",
    async run(stage) {
      const program = [{ do: "trap", then: { exit: 0 } } as const, { do: "sleep", ms: 60_000 } as const];
      await endsAs(stage, stage.task(program, { timeoutMs: 1000, stopGraceMs: 1000 }), ["timed-out", "time-limit"]);
    },
  },
  { name: "the time limit, with nobody of us there", needs: [needs.enforcer], run: limitWithoutUs },
  {
    name: "an end before the time limit is none of its",
    run: async (stage) => {
      const ending = await stage.ran(await stage.open(), stage.task([{ do: "sleep", ms: 50 }], { timeoutMs: 20_000 }));
      assert.equal(ending.outcome, "succeeded");
    },
  },
  { name: "stopped by us, although it trapped TERM and exited 0, also for a new process", run: stoppedByUs },
  { name: "an image that does not exist", needs: [needs.badImage], run: badImage },
  {
    name: "a command that does not exist",
    needs: [needs.badCommand],
    run: async (stage) => void (await endsAs(stage, stage.given(stage.harness.bad.command), ["failed", "command-not-found"])),
  },
  {
    name: "a config that cannot be, refused before anything is begun",
    needs: [needs.badConfig],
    async run(stage) {
      const runtime = await stage.open();
      const spec = stage.given(stage.harness.bad.config);
      assert.notDeepEqual((await runtime.plan(spec)).problems, []);
      await assert.rejects(stage.soon(runtime.start(spec), "start"), (error) => LongshoreError.is(error, "invalid-spec"));
      assert.deepEqual(await stage.natives(), []);
    },
  },
  { name: "an end is heard although connections break", needs: [needs.faults], run: heardOverCuts },
  { name: "states follow the table on the way", run: legalStates },
];
