import { conformanceTests } from "@longshore/conformance";
import { describe, test } from "vitest";
import { dockerHarness } from "./harness.ts";
import { needEngine } from "./kit.ts";

describe("docker keeps the guarantees", () => {
  for (const { name, skip, run } of conformanceTests(dockerHarness())) {
    test(
      name,
      async (context) => {
        await needEngine(context);
        if (skip !== undefined) context.skip(skip);
        await run();
      },
      400_000,
    );
  }
});
