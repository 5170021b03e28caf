import { conformanceTests } from "@longshore/conformance";
import { afterAll, describe, test } from "vitest";
import { aciHarness } from "./harness.ts";

const harness = await aciHarness();
afterAll(() => harness.close());

describe("aci keeps the guarantees", () => {
  // Processes share their machine's ports: services have a suite of their own, on Docker.
  const tests = conformanceTests(harness).filter(({ name, guarantee }) => guarantee !== "services" && !/ a service\b/.test(name));
  for (const { name, skip, run } of tests) {
    test(
      name,
      async (context) => {
        if (skip !== undefined) context.skip(skip);
        await run();
      },
      300_000,
    );
  }
});
