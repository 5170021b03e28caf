import { userInfo } from "node:os";
import { resolve } from "node:path";
import { LongshoreError, type RuntimePlugin } from "@longshore/core";
import { defineRuntime } from "@longshore/core/driver";
import { defaultStateDir } from "./default-state-dir.ts";
import type { LocalProcessConfig } from "./local-process-config.ts";
import type { LocalProcessCapabilities } from "./local-process-driver.ts";
import type { HostFacts } from "./to-process-request.ts";

/** Where Node and images differ in their names (GOARCH, nodejs.org/api/process.html#processarch). */
const architectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386", ppc64: "ppc64le" };

function hostFacts(): HostFacts {
  const { username: user, uid, gid } = userInfo();
  return { platform: `${process.platform}/${architectures[process.arch] ?? process.arch}`, user, uid, gid };
}

/** Tasks and services as processes of this machine, kept by a supervisor that outlives whoever started them. */
export const runtime: RuntimePlugin<"local-process", LocalProcessConfig, LocalProcessCapabilities> = defineRuntime({
  specVersion: "v1",
  name: "local-process",
  traits: {
    isolation: "process",
    logs: "live",
    logTimes: true,
    timeLimit: "wrapper",
    retention: { start: "until-removed", state: "until-removed", logs: "until-removed" },
  },
  schemas: async () => (await import("./process-schemas.ts")).processSchemas,
  async open({ stateDir }, host) {
    if (process.platform === "win32") {
      const message = "Windows has neither process groups nor their signals; run it in WSL";
      throw new LongshoreError(message, { code: "unsupported", operation: "open" });
    }
    const { LocalProcessDriver } = await import("./local-process-driver.ts");
    const folder = resolve(stateDir ?? defaultStateDir(process.env, process.platform));
    return new LocalProcessDriver({ stateDir: folder, host, facts: hostFacts() });
  },
});
