import {
  type ConformanceTest,
  conformanceTests,
  type CrashAbility,
  type FaultAbility,
  type Harness,
} from "@longshore/conformance";
import { expect, test } from "vitest";
import { memoryHarness } from "./memory-harness.ts";

/** Says that it crashes, and never does. */
const idleCrash: CrashAbility = { crash: async () => ({ reached: false, boundaries: 0 }) };
/** Says that it disturbs, and never does. */
const idleFaults: FaultAbility = {
  route: async () => ({
    through: {},
    requests: () => 1,
    injected: () => 0,
    connections: () => 0,
    [Symbol.asyncDispose]: async () => {},
  }),
};
const settle = async (tests: readonly ConformanceTest[]): Promise<readonly string[]> => {
  const results = await Promise.allSettled(tests.map(({ run }) => run()));
  return tests.flatMap(({ name }, index) => (results[index]?.status === "rejected" ? [name] : []));
};
const suiteOf = (harness: Harness): { readonly printed: readonly string[]; readonly tests: readonly ConformanceTest[] } => {
  const printed: string[] = [];
  return { printed, tests: conformanceTests(harness, { print: (line) => void printed.push(line), seed: 5 }) };
};

test("a test that wants to crash fails where nothing is ever reached", async () => {
  const { tests } = suiteOf({ ...memoryHarness(), crash: idleCrash });
  const crashing = tests.filter(({ name }) => name.includes("killed at any step") || name.includes("the same with a store"));
  expect(crashing.length).toBeGreaterThanOrEqual(6);
  expect(await settle(crashing)).toEqual(crashing.map(({ name }) => name));
});

test("the summary fails where abilities were never used", async () => {
  const { printed, tests } = suiteOf({ ...memoryHarness({ patienceMs: 3000 }), crash: idleCrash, faults: idleFaults });
  await settle(tests.slice(0, -1));
  await expect(tests.at(-1)?.run()).rejects.toThrow(/no step boundary was hit[^]*drop-request never happened/);
  expect(printed.join("\n")).toMatch(/seed 5[^]*crashed at boundaries: none[^]*faults injected: drop-request 0/);
});

test("what the harness cannot do is skipped, and the skip is printed", async () => {
  const { crash: _crash, faults: _faults, runs: _runs, ...poor } = memoryHarness();
  const { printed, tests } = suiteOf({ ...poor, bad: {} });
  const skipped = tests.filter(({ skip }) => skip !== undefined);
  expect(new Set(skipped.flatMap(({ skip = "" }) => /\((\w+\.?\w*)\)/.exec(skip)?.[1] ?? []))).toEqual(
    new Set(["crash", "faults", "bad.image", "bad.command", "bad.config", "secrets.put", "sessions", "copying"]),
  );
  await tests.at(-1)?.run();
  for (const { name, skip } of skipped) expect(printed).toContain(`memory: skipped ${name}: ${skip}`);
  expect(printed).toContain("memory: nothing counts how often a program was begun (runs)");
});

test("what the runtime can do and the harness does not know of fails", async () => {
  const { services: _services, ...poor } = memoryHarness();
  const { tests } = suiteOf(poor);
  await expect(tests.at(-1)?.run()).rejects.toThrow(/services: declared by the runtime true, by the harness false/);
});
