import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conformanceTests, filesystemAbilities } from "@longshore/conformance";
import { afterAll, describe, test } from "vitest";
import { testCases } from "../../../vitest.cases.ts";
import { localProcessHarness } from "./harness.ts";

const stateDir = mkdtempSync(join(tmpdir(), "longshore-local-process-"));
afterAll(() => rmSync(stateDir, { recursive: true, force: true, maxRetries: 10 }));

const place = { module: import.meta.resolve("@longshore/local-process") };
const harness = { ...localProcessHarness(stateDir), ...filesystemAbilities({ plugin: place, config: { stateDir } }) };

const tests = conformanceTests(harness);
/** A run at every boundary takes its time. */
const limitMs = process.env["LONGSHORE_FULL"] === "1" ? 900_000 : 120_000;
describe("local-process keeps the guarantees", () => {
  // Each case has owners of its own, and mostly waits. The summary comes last.
  describe.concurrent("each", () => {
    testCases(tests.slice(0, -1), limitMs);
  });
  for (const { name, run } of tests.slice(-1)) test(name, run);
});
