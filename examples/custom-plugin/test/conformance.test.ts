import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { conformanceTests } from "@longshore/conformance";
import { shellHarness } from "./harness.ts";

const folder = mkdtempSync(join(tmpdir(), "longshore-shell-"));
after(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  rmSync(`${folder}.runs`, { force: true });
});

for (const { name, skip, run } of conformanceTests(shellHarness(folder))) {
  void test(name, { skip: skip ?? false, timeout: 120_000 }, run);
}
