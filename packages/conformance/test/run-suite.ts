import { conformanceTests, type ConformanceOptions, type Harness } from "@longshore/conformance";
import { describe, test } from "vitest";

/** The whole suite in vitest. */
export function runSuite(harness: Harness, options: ConformanceOptions = {}): void {
  describe(`${harness.name} keeps the guarantees`, () => {
    for (const { name, skip, run } of conformanceTests(harness, options)) test.skipIf(skip !== undefined)(name, run);
  });
}
