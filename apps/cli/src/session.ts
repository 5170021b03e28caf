import type { Config } from "./config/config.ts";
import type { Interrupts } from "./interrupts.ts";
import type { ConsoleOutput } from "./output/console-output.ts";

/** The flags that hold for every command. */
export interface GlobalFlags {
  readonly config?: string;
  readonly runtime?: string;
  readonly owner?: string;
  readonly json?: boolean;
}
/** One call of the command, before any config was read. */
export interface BareSession {
  readonly flags: GlobalFlags;
  readonly json: boolean;
  readonly output: ConsoleOutput;
  readonly interrupts: Interrupts;
}
/** One call of the command: what holds for whichever subcommand it is. */
export interface Session extends BareSession {
  readonly config: Config;
  /** Named with `--runtime`. */
  readonly runtime?: string;
}
