import { existsSync } from "node:fs";
import { conformanceTests } from "@longshore/conformance";
import { afterAll, describe } from "vitest";
import { testCases } from "../../../vitest.cases.ts";
import { aciHarness } from "./harness.ts";

const docker = existsSync("/var/run/docker.sock") || process.env["DOCKER_HOST"] !== undefined;

describe.runIf(docker)("aci keeps the guarantees of services (requires docker)", async () => {
  const harness = await aciHarness({ engine: docker ? "docker" : "process" });
  afterAll(() => harness.close());
  testCases(conformanceTests(harness).filter(({ name, guarantee }) => guarantee !== "services" && / a service\b/.test(name)));
});
