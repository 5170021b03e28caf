import { conformanceTests } from "@longshore/conformance";
import { afterAll, describe, test } from "vitest";
import { kubernetesHarness } from "./harness.ts";
import { needCluster } from "./kit.ts";

const harness = await kubernetesHarness();
afterAll(() => harness.close());

describe("kubernetes keeps the guarantees", () => {
  for (const { name, skip, run } of conformanceTests(harness)) {
    test(
      name,
      async (context) => {
        await needCluster(context);
        if (skip !== undefined) context.skip(skip);
        await run();
      },
      600_000,
    );
  }
});
