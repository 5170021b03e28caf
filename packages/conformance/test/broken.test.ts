import { conformanceTests, type Guarantee } from "@longshore/conformance";
import { describe, expect, test } from "vitest";
import { breakDriver, type Mistake } from "./broken/break-driver.ts";
import { mistakes } from "./broken/mistakes.ts";
import { memoryHarness } from "./memory-harness.ts";

const guarantees: readonly Guarantee[] = [
  ...(["G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "G9", "G10", "G11", "G12"] as const),
  "services",
];

/** Names of the tests that fail: those which are to catch it, and no others, since that is quick. */
async function failing(mistake: Mistake, plug: ReturnType<typeof breakDriver> | undefined): Promise<readonly string[]> {
  const harness = memoryHarness({ ...mistake.harness, ...(plug && { plug }) });
  const tests = conformanceTests(harness, { print: () => {} });
  const wanted = tests.filter(({ guarantee, name }) => guarantee === mistake.guarantee && mistake.caughtBy.test(name));
  const failed = await Promise.all(
    wanted.map(({ name, run }) =>
      run().then(
        () => [],
        () => [name],
      ),
    ),
  );
  return failed.flat();
}

describe("the suite catches drivers that are broken", () => {
  test.each(guarantees)("%s has at least two of them", (guarantee) => {
    expect(mistakes.filter((mistake) => mistake.guarantee === guarantee).length).toBeGreaterThanOrEqual(2);
  });
  for (const mistake of mistakes) {
    test.concurrent(`${mistake.guarantee}: ${mistake.name}`, async () => {
      expect(await failing(mistake, breakDriver(mistake))).not.toEqual([]);
      expect(await failing(mistake, undefined), "the same tests, with the driver as it should be").toEqual([]);
    });
  }
});
