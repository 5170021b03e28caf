import { conformanceTests } from "@longshore/conformance";
import { afterAll, describe } from "vitest";
import { testCases } from "../../../vitest.cases.ts";
import { cloudRunHarness } from "./harness.ts";

const harness = await cloudRunHarness("rest");
afterAll(() => harness.close());

describe("cloud-run keeps the guarantees", () => {
  // Those of services are in a file of their own: the two run beside each other.
  const tests = conformanceTests(harness).filter(({ name, guarantee }) => guarantee !== "services" && !/ a service\b/.test(name));
  testCases(tests);
});
