import type { RuntimePlugin } from "@longshore/core";
import { defineRuntime } from "@longshore/core/driver";

/** `folder`: where tasks are kept, an absolute path on a file system of this machine. */
export type UnshareConfig = { readonly folder: string };

/** Tasks as PID namespaces: when the first process of one goes, the kernel ends all the others. */
export const runtime: RuntimePlugin<"unshare", UnshareConfig, object> = defineRuntime({
  specVersion: "v1",
  name: "unshare",
  traits: {
    isolation: "process",
    logs: "live",
    logTimes: false,
    timeLimit: "wrapper",
    retention: { start: "until-removed", state: "until-removed", logs: "until-removed" },
  },
  async schemas() {
    const { z } = await import("zod");
    return { config: z.strictObject({ folder: z.string().startsWith("/") }), options: z.strictObject({}) };
  },
  open: async ({ folder }, host) => (await import("./unshare-driver.ts")).unshareDriver(`${folder}/${host.owner}`),
});
