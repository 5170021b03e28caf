import type { PluginPlace } from "./child-job.ts";
import { crashChild } from "./child-process.ts";
import type { CrashAbility } from "./harness.ts";

export interface FilesystemBackend {
  readonly plugin: PluginPlace;
  /** As `plugin.with` takes it. */
  readonly config: unknown;
}

/**
 * For backends without a wire. The verb runs in a process that counts every call which changes the file system, starts a
 * process or signals one, and kills itself at the boundary asked for.
 */
export function filesystemAbilities({ plugin, config }: FilesystemBackend): { readonly crash: CrashAbility } {
  return {
    crash: {
      async crash(job) {
        const { boundary } = job;
        const child = await crashChild(
          { ...job, plugin, config, ...(boundary !== undefined && { killAt: boundary }) },
          { preload: true },
        );
        const { killed, boundaries } = await child.ended;
        return { reached: killed, boundaries: killed ? (boundary ?? 0) + 1 : boundaries };
      },
    },
  };
}
