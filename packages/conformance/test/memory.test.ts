import { memoryHarness } from "./memory-harness.ts";
import { runSuite } from "./run-suite.ts";

runSuite(memoryHarness());
runSuite(memoryHarness({ watch: false }));
