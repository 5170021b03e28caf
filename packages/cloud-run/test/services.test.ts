import { conformanceTests } from "@longshore/conformance";
import { afterAll, describe } from "vitest";
import { testCases } from "../../../vitest.cases.ts";
import { cloudRunHarness } from "./harness.ts";

const harness = await cloudRunHarness("rest");
afterAll(() => harness.close());

describe("cloud-run keeps what is promised of services", () => {
  const tests = conformanceTests(harness).filter(({ name, guarantee }) => guarantee === "services" || / a service\b/.test(name));
  testCases(tests);
});
