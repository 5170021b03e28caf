import type { Owner, RuntimeConfig } from "@longshore/core";

/** A `longshore.yaml` that was read, or what holds without one. Nothing in it is loaded or opened yet. */
export interface Config {
  /** Absent where there is none: then the two built-in runtimes hold. */
  readonly file?: string;
  /** Where a plugin is looked for first. */
  readonly folder: string;
  readonly owner: Owner;
  /** What a command uses that is not told a runtime. */
  readonly defaultRuntime: string;
  readonly runtimes: Readonly<Record<string, RuntimeConfig>>;
}
