import { conformanceTests } from "@longshore/conformance";
import { afterAll, describe, test } from "vitest";
import { cloudRunHarness } from "./harness.ts";

const harnesses = await Promise.all([cloudRunHarness("rest"), cloudRunHarness("grpc")]);
afterAll(() => Promise.all(harnesses.map((harness) => harness.close())));

describe.each(harnesses)("$name keeps the guarantees", (harness) => {
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
