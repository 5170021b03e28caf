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
        // What the backend cannot do by its traits or the harness's abilities; the suite prints each with its reason.
        if (skip !== undefined) context.skip(skip);
        await run();
      },
      600_000,
    );
  }
});
