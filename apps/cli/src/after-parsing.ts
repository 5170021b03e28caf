import type { CommanderError } from "commander";
import { flagError } from "./spec/flag-error.ts";

/**
 * What a command line that cannot be parsed is told, in one line. Help that nobody asked for, where a subcommand is missing,
 * says enough by itself.
 */
export function afterParsing(error: CommanderError, argv: readonly string[]): { readonly error?: unknown } {
  if (error.code === "commander.help") return {};
  const command = argv.find((word) => !word.startsWith("-"));
  const hint = `see longshore ${command === undefined || error.code === "commander.unknownCommand" ? "" : `${command} `}--help`;
  return { error: flagError(error.message.replace(/^error: /, "").replace(/\s+/g, " "), hint) };
}
