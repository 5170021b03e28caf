import type { CallOptions } from "./call.ts";
import type { HostOptions } from "./host.ts";

export interface OpenOptions extends HostOptions, CallOptions {
  /** What errors, claims and lists call it. Default: the plugin's name. */
  readonly name?: string;
  /** Plugins whose slices a spec may carry as well. A registry fills this in. */
  readonly otherPlugins?: readonly string[];
  /** Between two looks at everything that is waited for, where the backend pushes nothing. Default: 1,000. */
  readonly pollMs?: number;
}
