import { conformanceTests } from "@longshore/conformance";
import { afterAll, describe, test } from "vitest";
import { cloudRunHarness } from "./harness.ts";

const harness = await cloudRunHarness("rest");
afterAll(() => harness.close());

describe("cloud-run keeps the guarantees", () => {
  // Those of services are in a file of their own: the two run beside each other.
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
