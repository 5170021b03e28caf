import assert from "node:assert/strict";
import { LongshoreError, type Owner, type Runtime, type TaskSpec } from "@longshore/core";
import { firstLine } from "./first-line.ts";
import { type GuaranteeCase, needs } from "./guarantee-case.ts";
import { linesOf } from "./log-texts.ts";
import type { Program } from "./program.ts";
import { isWhole, servingSpec, started, until } from "./service-kit.ts";
import { held, pause } from "./soon.ts";
import type { Stage } from "./stage.ts";

const long: Program = [
  { do: "print", text: "ready" },
  { do: "sleep", ms: 60_000 },
];
const everything = { graceMs: -60_000 } as const;

/** One owner's whole life, over and over, with the same ids as its neighbour's. */
async function busy(stage: Stage, runtime: Runtime, word: string): Promise<void> {
  const one = async (turn: number): Promise<void> => {
    const spec: TaskSpec = {
      ...stage.task([
        { do: "print", text: word },
        { do: "exit", code: turn % 3 },
      ]),
      id: stage.named(`shared-${turn}`),
    };
    const ending = await stage.ran(runtime, spec);
    assert.equal(ending.exit?.code, turn % 3);
    assert.deepEqual(linesOf(await stage.logs(runtime, spec.id)), [word], "its own log");
    if (turn % 2 === 0) await stage.soon(runtime.remove(spec.id), "remove");
  };
  for (let turn = 0; turn < 9; turn += 3) await Promise.all([one(turn), one(turn + 1), one(turn + 2)]);
}

async function neighbours(stage: Stage): Promise<void> {
  const owners: readonly Owner[] = [stage.owner, stage.anotherOwner()];
  const runtimes = await Promise.all(owners.map((owner) => stage.open({ owner })));
  let over = false;
  const sweepAll = async (runtime: Runtime): Promise<void> => {
    while (!over) {
      const report = await stage.soon(runtime.sweep({ graceMs: 60_000 }), "sweep");
      assert.deepEqual([report.removed, report.stopped, report.failed], [[], [], []], "nothing here is anybody's to sweep");
      await pause(20);
    }
  };
  const sweeping = runtimes.map((runtime) => held(sweepAll(runtime)));
  await Promise.all(runtimes.map((runtime, index) => busy(stage, runtime, `owner ${index}`))).finally(() => (over = true));
  await Promise.all(sweeping);
  for (const [index, runtime] of runtimes.entries()) {
    const left = await stage.soon(Array.fromAsync(runtime.list()), "list");
    assert.deepEqual(
      left.map(({ id }) => id).toSorted(),
      [1, 3, 5, 7].map((turn) => `shared-${turn}`),
      `owner ${index}`,
    );
  }
}

/** The neighbour's runs on, whatever is done to the same id here. */
async function sameId(stage: Stage): Promise<void> {
  const theirs = stage.anotherOwner();
  const spec = stage.task(long);
  const [mine, other] = [await stage.open(), await stage.open({ owner: theirs })];
  for (const runtime of [mine, other]) {
    await stage.soon(runtime.start(spec), "start");
    await firstLine(stage, runtime, spec.id);
  }
  await stage.soon(mine.stop(spec.id, { graceMs: 0 }), "stop");
  await stage.soon(mine.remove(spec.id), "remove");
  await stage.soon(mine.sweep(everything), "sweep");
  const seen = await stage.soon(other.inspect(spec.id), "inspect");
  assert.ok(seen.kind === "task" && seen.state.phase === "running", "the neighbour's still runs");
  assert.equal((await stage.soon(mine.inspect(spec.id), "inspect")).kind, "absent");
}

async function sweptLimits(stage: Stage): Promise<void> {
  const spec = stage.task(long, { timeoutMs: 1000 });
  await stage.elsewhere(async (runtime) => {
    await stage.soon(runtime.start(spec), "start");
    await firstLine(stage, runtime, spec.id);
  });
  await pause(1500);
  const runtime = await stage.open();
  const dry = await stage.soon(runtime.sweep({ graceMs: 0, dryRun: true }), "a dry run");
  const patient = await stage.soon(runtime.sweep({ graceMs: 60_000 }), "a sweep with a grace");
  assert.deepEqual(patient.stopped, [], "within the grace it is let be");
  const swept = await stage.soon(runtime.sweep({ graceMs: 0 }), "sweep");
  assert.deepEqual(swept.stopped, dry.stopped, "the dry run said so");
  assert.deepEqual(swept.stopped, stage.harness.traits.timeLimit === "watcher" ? [spec.id] : [], "whom nobody else ends");
  const ending = await stage.wait(runtime, spec.id);
  assert.equal(ending.outcome, "timed-out");
  assert.deepEqual((await stage.soon(runtime.sweep({ graceMs: 0 }), "a second sweep")).stopped, []);
}

/** A start that was cut short leaves something; a sweep finds what a look at the id does not, and nothing else. */
async function orphans(stage: Stage): Promise<void> {
  const keeper = stage.task(long);
  await stage.atEachBoundary({
    async job(boundary) {
      const owner = stage.anotherOwner();
      const spec = stage.task([{ do: "print", text: "short" }]);
      return { verb: "start", spec, owner, ...(boundary !== undefined && { boundary }) };
    },
    async then({ owner }) {
      await stage.elsewhere(
        async (runtime) => {
          await stage.soon(runtime.start(keeper), "start");
          const before = await stage.natives(owner);
          const dry = await stage.soon(runtime.sweep({ ...everything, dryRun: true }), "a dry run");
          const swept = await stage.soon(runtime.sweep(everything), "sweep");
          assert.deepEqual(swept.failed, []);
          assert.deepEqual(
            swept.removed.map(({ nativeId }) => nativeId).toSorted(),
            dry.removed.map(({ nativeId }) => nativeId).toSorted(),
            `of ${before.join(", ")}`,
          );
          for await (const found of runtime.list()) {
            assert.notEqual(found.kind, "leftover", "after a sweep nothing is left over");
            await stage.soon(runtime.remove(found.id), "remove");
          }
          await stage.eventually(async () => (await stage.natives(owner)).length === 0, "nothing is left").catch(() => {});
          assert.deepEqual(await stage.natives(owner), []);
        },
        { owner },
      );
    },
  });
}

async function services(stage: Stage): Promise<void> {
  const theirs = stage.anotherOwner();
  const spec = servingSpec(stage, "one");
  const [mine, other] = [await stage.open(), await stage.open({ owner: theirs })];
  await started(stage, other, spec);
  const unknown = (error: unknown): boolean => LongshoreError.is(error, "not-found");
  await assert.rejects(stage.soon(mine.restart(spec.id), "restart"), unknown);
  await started(stage, mine, spec);
  await stage.soon(mine.stop(spec.id), "stop");
  await stage.soon(mine.remove(spec.id), "remove");
  await stage.soon(mine.sweep(everything), "sweep");
  const { state } = await until(stage, other, { id: spec.id, what: "untouched", is: isWhole });
  assert.equal(state.restarts, 0);
}

export const onlyOurOwn: readonly GuaranteeCase[] = [
  { name: "two owners with the same ids under load, each swept all the while", run: neighbours },
  { name: "what is done to an id touches nobody else's", run: sameId },
  { name: "a service of the same id touches nobody else's", needs: [needs.services], run: services },
  { name: "a sweep ends what is past its time limit, after its grace, and says so before with a dry run", run: sweptLimits },
  { name: "a sweep takes what a start killed at any step has left, and only that", needs: [needs.crash], run: orphans },
];
