import type { CrashJob } from "./harness.ts";

/** A plugin as another process can load it. */
export interface PluginPlace {
  /** For `import()`: a file URL, such as `import.meta.resolve` gives. */
  readonly module: string;
  /** Default: `runtime`. */
  readonly export?: string;
}
/** What the parent hands over, as JSON. */
export type ChildJob = CrashJob & {
  readonly plugin: PluginPlace;
  readonly config: unknown;
  /** The step boundary at which the child kills itself; absent where the parent does so at the wire. */
  readonly killAt?: number;
};
export type ChildMessage =
  | { readonly kind: "opened" }
  | { readonly kind: "done"; readonly boundaries: number }
  | { readonly kind: "failed"; readonly message: string };
