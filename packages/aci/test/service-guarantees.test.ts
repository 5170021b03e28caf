import { existsSync } from "node:fs";
import { conformanceTests } from "@longshore/conformance";
import { afterAll, describe, test } from "vitest";
import { aciHarness } from "./harness.ts";

const docker = existsSync("/var/run/docker.sock") || process.env["DOCKER_HOST"] !== undefined;

describe.runIf(docker)("aci keeps the guarantees of services (requires docker)", async () => {
  const harness = await aciHarness({ engine: docker ? "docker" : "process" });
  afterAll(() => harness.close());
  for (const { name, guarantee, skip, run } of conformanceTests(harness)) {
    if (guarantee === "services" || !/ a service\b/.test(name)) continue;
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
