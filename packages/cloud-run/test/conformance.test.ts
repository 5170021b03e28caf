import { conformanceTests } from "@longshore/conformance";
import { afterAll, describe, test } from "vitest";
import { cloudRunHarness } from "./harness.ts";

const harness = await cloudRunHarness("rest");
afterAll(() => harness.close());

describe("cloud-run keeps the guarantees", () => {
  for (const { name, skip, run } of conformanceTests(harness)) {
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
