import { LongshoreError, type Ending, type TaskSpec } from "@longshore/core";
import type { FaultRule } from "@longshore/emulators";
import { expect, test } from "vitest";
import { textsOf, World } from "./world.ts";

/** LONGSHORE_FULL takes 200 mixes, LONGSHORE_SEED another row of them. */
const count = process.env["LONGSHORE_FULL"] === "1" ? 200 : 3;
const firstSeed = Number(process.env["LONGSHORE_SEED"] ?? 1);
const probability = 0.05;

/** Each of them now and then, by the emulator's seed. */
const faults: readonly FaultRule[] = [
  { operation: "*", fault: { kind: "throttle" }, probability },
  { operation: "*", fault: { kind: "lose-reply" }, probability },
  { operation: "*", fault: { kind: "drop-request" }, probability },
  { operation: "*", fault: { kind: "status", status: 502, html: true }, probability },
  { operation: "*", fault: { kind: "latency", ms: 50 }, probability },
  { operation: "ecs:RunTask", fault: { kind: "ecs:started-though-failed" }, probability },
  { operation: "ecs:RunTask", fault: { kind: "ecs:capacity" }, probability },
  { operation: "ecs:RunTask", fault: { kind: "ecs:missing-after-run", ms: 300 }, probability },
  { operation: "logs:GetLogEvents", fault: { kind: "logs:empty-page" }, probability },
  { operation: "logs:append", fault: { kind: "logs:late", ms: 60 }, probability },
];
/** What nobody can be to blame for: the driver has sent something that the service model does not allow. */
const malformed = /Serialization|Validation|UnknownOperation/;

/** As a caller would: what may work next time is asked for again. */
async function insist<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!LongshoreError.is(error) || !error.retryable || error.code === "throttled" || attempt === 20) throw error;
    }
  }
}
async function lived(world: World, spec: TaskSpec): Promise<{ readonly ending: Ending; readonly texts: readonly string[] }> {
  const { runtime } = world;
  await insist(() => runtime.start(spec));
  const ending = await insist(() => runtime.wait(spec.id));
  const texts = await insist(async () => textsOf(await Array.fromAsync(runtime.logs(spec.id, { follow: true }))));
  await insist(() => runtime.remove(spec.id));
  return { ending, texts };
}

for (const seed of Array.from({ length: count }, (_, index) => firstSeed + index)) {
  test(`a mix of faults, seed ${seed}: one run each, every line, the true code, nothing left`, async () => {
    await using world = await World.open({ seed }, { logQuietMs: 400 });
    world.emulator.faults.add(...faults);
    const codes = [0, 3, 7];
    const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`);
    const specs = codes.map((code) => world.task(`n=0; while [ $n -lt 40 ]; do echo line $n; n=$((n+1)); done; exit ${code}`));
    const lives = await Promise.all(specs.map((spec) => lived(world, spec)));
    expect(lives.map(({ ending }) => ending.exit?.code)).toEqual(codes);
    expect(lives.map(({ texts }) => texts.toSorted())).toEqual(codes.map(() => lines.toSorted()));
    world.emulator.faults.clear();
    expect(await world.bed.tasks()).toHaveLength(codes.length);
    expect(await world.bed.natives(world.owner)).toEqual([]);
    const errors = world.emulator.journal
      .entries()
      .flatMap(({ error, operation }) => (error === undefined ? [] : `${operation}: ${error}`));
    expect(errors.filter((error) => malformed.test(error))).toEqual([]);
  }, 120_000);
}
