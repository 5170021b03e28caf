import { existsSync } from "node:fs";
import { conformanceTests } from "@longshore/conformance";
import { afterAll, describe } from "vitest";
import { testCases } from "../../../vitest.cases.ts";
import { cloudRunHarness } from "./harness.ts";

const docker = existsSync("/var/run/docker.sock") || process.env["DOCKER_HOST"] !== undefined;

describe.runIf(docker)("cloud-run keeps what only containers show (requires docker)", async () => {
  const harness = await cloudRunHarness("grpc", { engine: docker ? "docker" : "process" });
  afterAll(() => harness.close());
  // Processes have no limit of memory. The others are a sample.
  const chosen = /^G3 out of memory|^G2 code 3|^G4 a line shows|^G5 confirmed|^G6 what has ended|^services a restart/;
  testCases(conformanceTests(harness).filter(({ name }) => chosen.test(name)));
});
