import { expect, test } from "vitest";
import { World } from "./world.ts";

/** So many tasks are waited for at once; LONGSHORE_FULL takes a thousand. */
const count = process.env["LONGSHORE_FULL"] === "1" ? 1000 : 200;
const perCall = 100;
/** What is counted while nothing happens, and how often core looks meanwhile. */
const idleMs = 5000;

test(`${count} tasks in flight cost a DescribeTasks for a hundred of them at a time`, async () => {
  await using world = await World.open();
  const { runtime, emulator } = world;
  const specs = Array.from({ length: count }, () => world.task("exec sleep 600"));
  await Promise.all(specs.map((spec) => runtime.start(spec)));
  const waiting = specs.map(({ id }) => runtime.wait(id));
  await new Promise((resolve) => setTimeout(resolve, idleMs));
  emulator.journal.clear();
  await new Promise((resolve) => setTimeout(resolve, idleMs));
  const { counts } = emulator.journal;
  console.log(`${count} tasks waited for, calls in ${idleMs} ms: ${JSON.stringify(counts)}`);
  expect(Object.keys(counts)).toEqual(["ecs:DescribeTasks"]);
  const asked = emulator.journal.entries("ecs:DescribeTasks").map(({ input }) => (input as { tasks: string[] }).tasks.length);
  // A look asks for every task once, a hundred at a time.
  const looks = asked.reduce((sum, tasks) => sum + tasks, 0) / count;
  expect(asked.length).toBeLessThanOrEqual(Math.ceil(looks) * Math.ceil(count / perCall));
  await Promise.all(specs.map(({ id }) => runtime.stop(id)));
  const endings = await Promise.all(waiting);
  expect(endings.every(({ outcome }) => outcome === "stopped")).toBe(true);
}, 600_000);
