import type { CommanderError } from "commander";
import { LongshoreError } from "@longshore/core";

/**
 * What a command line that cannot be parsed is told, in one line; `command` is the subcommand whose words it was. Help that
 * nobody asked for, where a subcommand is missing, says enough by itself.
 */
export function afterParsing(error: CommanderError, command: string | undefined): { readonly error?: unknown } {
  if (error.code === "commander.help") return {};
  const said = error.message
    .replace(/^error: /, "")
    .replace(/\s+/g, " ")
    .replace(/\.$/, "");
  const whole = command === undefined || error.code === "commander.unknownCommand";
  const message = `${said}; see longshore ${whole ? "" : `${command} `}--help`;
  return { error: new LongshoreError(message, { code: "invalid-argument", operation: "read arguments" }) };
}
