import { existsSync } from "node:fs";
import { conformanceTests } from "@longshore/conformance";
import { afterAll, describe, test } from "vitest";
import { cloudRunHarness } from "./harness.ts";

const docker = existsSync("/var/run/docker.sock") || process.env["DOCKER_HOST"] !== undefined;

describe.runIf(docker)("cloud-run keeps what only containers show (requires docker)", async () => {
  const harness = await cloudRunHarness("grpc", { engine: docker ? "docker" : "process" });
  afterAll(() => harness.close());
  // Processes have no limit of memory. The others are a sample.
  const chosen = /^G3 out of memory|^G2 code 3|^G4 a line shows|^G5 confirmed|^G6 what has ended|^services a restart/;
  for (const { name, skip, run } of conformanceTests(harness)) {
    if (!chosen.test(name)) continue;
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
