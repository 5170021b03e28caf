import type { RuntimePlugin } from "@longshore/core";
import { defineRuntime } from "@longshore/core/driver";

/** `folder`: where tasks are kept, an absolute path on a file system of this machine. */
export type ShellConfig = { readonly folder: string };

/** Tasks as processes of this Linux machine, each kept by a shell that writes down how it ended. */
export const runtime: RuntimePlugin<"shell", ShellConfig, object> = defineRuntime({
  specVersion: "v1",
  name: "shell",
  traits: {
    isolation: "none",
    logs: "live",
    logTimes: false,
    timeLimit: "wrapper",
    retention: { start: "until-removed", state: "until-removed", logs: "until-removed" },
  },
  async schemas() {
    const { z } = await import("zod");
    return { config: z.strictObject({ folder: z.string().startsWith("/") }), options: z.strictObject({}) };
  },
  open: async ({ folder }, host) => (await import("./shell-driver.ts")).shellDriver(`${folder}/${host.owner}`),
});
