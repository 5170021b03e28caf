import type { WorkloadSpec } from "@longshore/core";
import type { Session } from "../session.ts";

/**
 * Where a new workload goes: `--runtime`, else the config's default. Without a config an image means `docker`, since the
 * built-in `local` runs programs of this machine.
 */
export function chooseRuntime({ runtime, config }: Session, { image }: Pick<WorkloadSpec, "image">): string {
  if (runtime !== undefined) return runtime;
  return config.file === undefined && image !== undefined ? "docker" : config.defaultRuntime;
}
