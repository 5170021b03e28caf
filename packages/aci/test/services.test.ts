import { existsSync } from "node:fs";
import { conformanceTests } from "@longshore/conformance";
import { afterAll, describe } from "vitest";
import { testCases } from "../../../vitest.cases.ts";
import { aciHarness } from "./harness.ts";

const docker = existsSync("/var/run/docker.sock") || process.env["DOCKER_HOST"] !== undefined;

describe.runIf(docker)("aci keeps what is promised of services (requires docker)", async () => {
  const harness = await aciHarness({ engine: docker ? "docker" : "process" });
  afterAll(() => harness.close());
  const sample = /^G2 code|^G4 a line shows|^G5 confirmed|^G6 what has ended/;
  testCases(conformanceTests(harness).filter(({ name, guarantee }) => guarantee === "services" || sample.test(name)));
});
