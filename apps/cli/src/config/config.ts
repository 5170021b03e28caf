import type { Owner, RuntimeConfig } from "@longshore/core";

/** How much of a backend's rate this process takes: all calls of a runtime together. */
export interface Limits {
  readonly perSecond: number;
  /** Calls at once after a rest. Default: one second's worth, at least 1. */
  readonly burst?: number | undefined;
}
/** `use` names the plugin, `limits` is the command's; the rest is the plugin's own. */
export interface RuntimeEntry extends RuntimeConfig {
  readonly limits?: Limits | undefined;
}

/** A `longshore.yaml` that was read, or what holds without one. Nothing in it is loaded or opened yet. */
export interface Config {
  /** Absent where there is none: then the two built-in runtimes hold. */
  readonly file?: string;
  /** Where a plugin is looked for first. */
  readonly folder: string;
  readonly owner: Owner;
  /** What a command uses that is not told a runtime. */
  readonly defaultRuntime: string;
  /** The folder that remembers what was started, for ever. Absent: the backends' own memory counts. */
  readonly store?: string;
  readonly runtimes: Readonly<Record<string, RuntimeEntry>>;
}
