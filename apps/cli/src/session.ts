import type { Config } from "./config/config.ts";
import type { Interrupts } from "./interrupts.ts";
import type { ConsoleOutput } from "./output/console-output.ts";

/** One call of the command: what holds for whichever subcommand it is. */
export interface Session {
  readonly config: Config;
  /** Named with `--runtime`. */
  readonly runtime?: string;
  readonly json: boolean;
  readonly output: ConsoleOutput;
  readonly interrupts: Interrupts;
}
