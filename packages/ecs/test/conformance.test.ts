import { conformanceTests } from "@longshore/conformance";
import { afterAll, describe } from "vitest";
import { testCases } from "../../../vitest.cases.ts";
import { ecsHarness } from "./harness.ts";

const harness = await ecsHarness();
afterAll(() => harness.close());

describe("ecs keeps the guarantees", () => {
  // Processes share their machine's ports: services have a suite of their own, on Docker.
  const tests = conformanceTests(harness).filter(({ name, guarantee }) => guarantee !== "services" && !/ a service\b/.test(name));
  testCases(tests);
});
