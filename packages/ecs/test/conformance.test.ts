import { conformanceTests } from "@longshore/conformance";
import { afterAll, describe, test } from "vitest";
import { ecsHarness } from "./harness.ts";

const harness = await ecsHarness();
afterAll(() => harness.close());

describe("ecs keeps the guarantees", () => {
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
