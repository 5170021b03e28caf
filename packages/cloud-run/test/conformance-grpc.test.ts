import { conformanceTests } from "@longshore/conformance";
import { afterAll, describe } from "vitest";
import { testCases } from "../../../vitest.cases.ts";
import { cloudRunHarness } from "./harness.ts";

const harness = await cloudRunHarness("grpc");
afterAll(() => harness.close());

describe("cloud-run keeps the guarantees over gRPC", () => {
  testCases(conformanceTests(harness));
});
