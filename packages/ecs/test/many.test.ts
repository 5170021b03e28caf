import { expect, test } from "vitest";
import { World } from "./world.ts";

/** LONGSHORE_FULL: a thousand tasks for five minutes, at AWS's documented rates and with the driver's own defaults. */
const full = process.env["LONGSHORE_FULL"] === "1";
/** So many tasks are waited for at once. */
const count = full ? 1000 : 200;
const perCall = 100;
/** What is counted while nothing happens. */
const idleMs = full ? 300_000 : 5000;
const settleMs = 5000;
/** Of the test bed's quick ones, what is the driver's default again. */
const defaults = { callsPerSecond: 20, pollMs: 1000 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test(`${count} tasks in flight cost a DescribeTasks for a hundred of them at a time, and nobody hears of throttling`, async () => {
  await using world = full ? await World.open({ quotas: true }, defaults) : await World.open();
  const { runtime, emulator } = world;
  const specs = Array.from({ length: count }, () => world.task("exec sleep 3600"));
  await Promise.all(specs.map((spec) => runtime.start(spec)));
  // ECS registers one in a second: what is the same is registered once.
  expect(emulator.journal.counts["ecs:RegisterTaskDefinition"]).toBe(1);
  const waiting = specs.map(({ id }) => runtime.wait(id));
  await pause(settleMs);
  emulator.journal.clear();
  await pause(idleMs);
  const { counts } = emulator.journal;
  const perMinute = Object.entries(counts).map(([name, calls]) => `${name} ${((calls * 60_000) / idleMs).toFixed(1)}`);
  console.log(`${count} tasks waited for during ${idleMs / 1000} s, calls a minute: ${perMinute.join(", ")}`);
  expect(Object.keys(counts)).toEqual(["ecs:DescribeTasks"]);
  const asked = emulator.journal.entries("ecs:DescribeTasks").map(({ input }) => (input as { tasks: string[] }).tasks.length);
  // A look asks for every task once, a hundred at a time.
  const looks = asked.reduce((sum, tasks) => sum + tasks, 0) / count;
  expect(asked.length).toBeLessThanOrEqual(Math.ceil(looks) * Math.ceil(count / perCall));
  emulator.journal.clear();
  await Promise.all(specs.map(({ id }) => runtime.stop(id)));
  const endings = await Promise.all(waiting);
  expect(endings.every(({ outcome }) => outcome === "stopped")).toBe(true);
  await Promise.all(specs.map(({ id }) => runtime.remove(id)));
  expect(emulator.journal.counts["ecs:DeregisterTaskDefinition"]).toBe(1);
  expect(await world.bed.natives(world.owner)).toEqual([]);
  // At twenty calls a second a thousand tasks take their time to be started, stopped and removed.
}, 2_400_000);
