import { expect, test } from "vitest";
import { World } from "./world.ts";

/** Azure gives a subscription a hundred groups in a region. */
const count = 60;
const idleMs = 4000;
const settleMs = 3000;
/** Of the test bed's quick ones, what is the driver's default again; the limit alone is not what holds the looks back. */
const defaults = { readsPerSecond: 1000, pollMs: 1000, freshMs: 1000 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test(`${count} tasks in flight cost no more looks than a few do, and nobody hears of throttling`, async () => {
  await using world = await World.open({ delays: { pending: 1500 } }, { config: defaults });
  const { runtime, emulator } = world;
  const specs = Array.from({ length: count }, () => world.task("exec sleep 3600"));
  await Promise.all(specs.map((spec) => runtime.start(spec)));
  const waiting = Promise.allSettled(specs.map(({ id }) => runtime.wait(id)));
  await pause(settleMs);
  emulator.journal.clear();
  await pause(idleMs);
  const { counts } = emulator.journal;
  console.log(`${count} tasks waited for during ${idleMs / 1000} s: ${JSON.stringify(counts)}`);
  expect(Object.keys(counts)).toEqual(["aci:Get"]);
  // If each look asked for all, each task would be seen once a second.
  expect(counts["aci:Get"]).toBeLessThanOrEqual(count);
  expect(emulator.journal.entries().filter(({ status }) => status === 429)).toEqual([]);
  await world.bed.wipe(world.owner);
  expect((await waiting).every(({ status }) => status === "rejected")).toBe(true);
}, 240_000);

test("creations wait for their share of the hour, and none is refused", async () => {
  await using world = await World.open({ quotas: true, speed: 1 }, { config: { changesPerHour: 40 } });
  const specs = Array.from({ length: 12 }, () => world.task("true"));
  const control = new AbortController();
  const starting = specs.map((spec) => world.runtime.start(spec, { signal: control.signal }));
  const settled = Promise.allSettled(starting);
  await expect.poll(() => world.calls("CreateOrUpdate"), { timeout: 20_000 }).toBe(10);
  await pause(500);
  control.abort(new Error("enough"));
  const results = await settled;
  // A quarter of them at once, the others one after the other.
  expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(10);
  expect(world.emulator.journal.entries().filter(({ status }) => status === 429)).toEqual([]);
}, 60_000);
