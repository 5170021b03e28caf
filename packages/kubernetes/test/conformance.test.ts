import { conformanceTests } from "@longshore/conformance";
import { describe, test } from "vitest";
import { kubernetesHarness } from "./harness.ts";
import { needCluster } from "./kit.ts";

const harness = await kubernetesHarness();

describe("kubernetes keeps the guarantees", () => {
  for (const { name, skip, run } of conformanceTests(harness)) {
    test(
      name,
      async (context) => {
        await needCluster(context);
        if (skip !== undefined) context.skip(skip);
        await run();
      },
      300_000,
    );
  }
});
