import { getEventListeners } from "node:events";
import { wireAbilities } from "@longshore/conformance";
import { type Owner, workloadId } from "@longshore/core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cleanUp, needEngine, open, sh, someOwner } from "./kit.ts";

let owners: Owner[] = [];
beforeEach(needEngine);
afterEach(async () => {
  for (const who of owners.splice(0)) await cleanUp(who);
});
const fresh = (): Owner => {
  const who = someOwner();
  owners.push(who);
  return who;
};

interface Cost {
  readonly perTask: number;
  readonly eventStreams: number;
  /** Left when the runtime was closed. */
  readonly connections: number;
}
/** So many tasks at once, run to their ends, at the wire. */
async function costOf(count: number): Promise<Cost> {
  const paths: string[] = [];
  const { faults } = wireAbilities({
    plugin: { module: import.meta.resolve("@longshore/docker") },
    config: () => ({}),
    backend: { socketPath: "/var/run/docker.sock" },
    isStream({ path }) {
      paths.push(path);
      return /\/(logs|events)\?/.test(path);
    },
  });
  await using route = await faults.route({ kind: "none" });
  {
    await using runtime = await open(fresh(), { host: `unix://${route.through.socketPath}` });
    // Somebody waits all the time, as in an orchestrator.
    const anchor = sh("anchor", "sleep 600", { init: true, stopGraceMs: 1000 });
    await runtime.start(anchor);
    const anchored = runtime.wait(anchor.id);
    const before = paths.length;
    const specs = Array.from({ length: count }, (_, number) => sh(`one-of-many-${number}`, `echo ${number}`));
    const endings = await Promise.all(
      specs.map(async (spec) => {
        await runtime.start(spec);
        return runtime.wait(spec.id);
      }),
    );
    expect(endings.filter(({ outcome }) => outcome !== "succeeded")).toEqual([]);
    const perTask = (paths.length - before) / count;
    await runtime.stop(anchor.id);
    await anchored;
    const eventStreams = paths.filter((path) => path.includes("/events?")).length;
    await runtime[Symbol.asyncDispose]();
    await expect.poll(() => route.connections(), { timeout: 10_000 }).toBe(0);
    return { perTask, eventStreams, connections: route.connections() };
  }
}

test("200 tasks at once: one stream of events for all, and no more requests for each than with 50", async () => {
  const few = await costOf(50);
  const many = await costOf(200);
  console.log(`docker: requests for each task: ${few.perTask.toFixed(1)} of 50, ${many.perTask.toFixed(1)} of 200`);
  expect([few.eventStreams, many.eventStreams]).toEqual([1, 1]);
  expect([few.connections, many.connections]).toEqual([0, 0]);
  expect(many.perTask).toBeLessThanOrEqual(few.perTask * 1.2 + 1);
}, 540_000);

const held = (): readonly string[] => process.getActiveResourcesInfo().toSorted();

test("what was opened is closed: no socket, timer or listener is left", async () => {
  // The tests' own client of the engine is a process that comes and goes.
  await expect.poll(held, { timeout: 10_000 }).not.toContain("ProcessWrap");
  const before = held();
  const control = new AbortController();
  const { signal } = control;
  {
    await using runtime = await open(fresh());
    const spec = sh("kept", "echo here; sleep 600", { init: true });
    await runtime.start(spec, { signal });
    const reading = (async () => {
      for await (const _ of runtime.logs(spec.id, { follow: true }, { signal })) await runtime.inspect(spec.id, { signal });
    })();
    const waiting = runtime.wait(workloadId("kept"), { signal });
    await expect.poll(() => process.getActiveResourcesInfo().length).toBeGreaterThan(before.length);
    void Promise.allSettled([reading, waiting]);
    await runtime.stop(spec.id, { graceMs: 0 });
    await Promise.allSettled([reading, waiting]);
  }
  await expect.poll(held, { timeout: 10_000 }).toEqual(before);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});
