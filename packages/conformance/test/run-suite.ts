import { conformanceTests, type ConformanceOptions, type Harness } from "@longshore/conformance";
import { describe, test } from "vitest";

/** The whole suite in vitest, several at a time; the summary comes last. */
export function runSuite(harness: Harness, options: ConformanceOptions = {}): void {
  const tests = conformanceTests(harness, options);
  describe(`${harness.name} keeps the guarantees`, () => {
    describe.concurrent("each", () => {
      for (const { name, skip, run } of tests.slice(0, -1)) test.skipIf(skip !== undefined)(name, run);
    });
    for (const { name, run } of tests.slice(-1)) test(name, run);
  });
}
