import type { Capabilities } from "./capabilities.ts";
import type { Binding } from "./define-runtime.ts";
import type { OpenOptions } from "./open-options.ts";
import type { Runtime } from "./runtime.ts";

/**
 * Checks the config, opens, and pings before it hands out. What opens after an abort is closed again. Rejects with
 * `invalid-config`, or with whatever the ping found.
 */
export async function openRuntime<C extends Capabilities>(binding: Binding<C>, options: OpenOptions): Promise<Runtime<C>> {
  // Whoever only imports us waits for nothing that an open runtime needs.
  const { openBound } = await import("./open-bound.ts");
  return openBound(binding, options);
}
