import { defineRuntime, type RuntimePlugin } from "./define-runtime.ts";
import { MemoryBackend } from "./memory-backend.ts";
import { type MemoryCapabilities, MemoryDriver } from "./memory-driver.ts";
import type { MemoryFaults } from "./memory-faults.ts";
import { type MemoryConfig, memoryConfig, memoryOptions } from "./memory-schemas.ts";

/**
 * A plugin on a backend of one's own. Runtimes opened through it share what is on the backend, as several processes would;
 * with `faults` they also share a way to it that is theirs alone. Default: the backend's own.
 */
export const memoryOn = (
  backend: MemoryBackend,
  faults: MemoryFaults = backend.faults,
): RuntimePlugin<"memory", MemoryConfig, MemoryCapabilities> =>
  defineRuntime({
    specVersion: "v1",
    name: "memory",
    traits: {
      isolation: "none",
      logs: "live",
      logTimes: true,
      timeLimit: "watcher",
      retention: { start: "until-removed", state: "until-removed", logs: "until-removed" },
    },
    schemas: async () => ({ config: memoryConfig, options: memoryOptions }),
    open: async ({ watch = true }, host) => new MemoryDriver({ backend, faults, host, watch }),
  });

/** For a registry: each `with` has a backend of its own, so that what is opened through it outlives no test. */
export const runtime: RuntimePlugin<"memory", MemoryConfig, MemoryCapabilities> = {
  ...memoryOn(new MemoryBackend()),
  with: (config) => memoryOn(new MemoryBackend()).with(config),
};
