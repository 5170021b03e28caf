import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { conformanceTests } from "@longshore/conformance";
import { unshareHarness } from "./harness.ts";

const folder = mkdtempSync(join(tmpdir(), "longshore-unshare-"));
after(() => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  rmSync(`${folder}.runs`, { force: true });
});

for (const { name, skip, run } of conformanceTests(unshareHarness(folder))) {
  test(name, { skip: skip ?? false, timeout: 120_000 }, run);
}
