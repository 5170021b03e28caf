import { readFileSync } from "node:fs";
import { Command } from "commander";
import type { GlobalFlags } from "../session.ts";
import { addEndingCommands } from "./add-ending-commands.ts";
import { addEmulateCommand } from "./add-emulate-command.ts";
import { addHelpCommand } from "./add-help-command.ts";
import { addLookingCommands } from "./add-looking-commands.ts";
import { addRunningCommands } from "./add-running-commands.ts";
import { addServiceCommands } from "./add-service-commands.ts";
import { addSessionCommands } from "./add-session-commands.ts";
import { addSetupCommands } from "./add-setup-commands.ts";
import type { BareBody, Body } from "./command-parts.ts";
import { programHelp } from "./program-help.ts";

export interface ProgramParts {
  readonly argv: readonly string[];
  /** Told what the chosen subcommand is to do; runs it with the flags that hold for all. */
  readonly begin: (flags: GlobalFlags, body: Body) => Promise<void>;
  readonly beginBare: (flags: GlobalFlags, body: BareBody) => Promise<void>;
  /** Told the subcommand whose words are read now. */
  readonly entered: (name: string) => void;
}

const version = (): string =>
  (JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { readonly version: string }).version;

/** That a subcommand has options goes without saying. */
const termOf = (command: Command): string => `${command.name()} ${command.usage().replace(/^\[options\] ?/, "")}`.trimEnd();

/** The whole command line. Parses only: what a subcommand does begins in `begin`. */
export function createProgram({ argv, begin, beginBare, entered }: ProgramParts): Command {
  const program = new Command("longshore");
  program
    .description("One way to run work on any backend: local processes, Docker, and what plugins add.")
    .option("--config <file>", "the config (default: ./longshore.yaml, else local processes and Docker)")
    .option("--runtime <name>", "the runtime in the config (default: for run and up the config's; elsewhere all are asked)")
    .option("--owner <name>", "in whose name: one owner never sees another's work (default: the config's, else cli)")
    .option("--json", "print one JSON object per line")
    .version(version())
    .configureHelp({ showGlobalOptions: true, subcommandTerm: termOf })
    .configureOutput({ outputError: () => {}, ...(!process.stdout.isTTY && { getOutHasColors: () => false }) })
    .helpCommand(false)
    .exitOverride()
    .addHelpText("after", programHelp)
    .hook("preSubcommand", (_program, chosen) => entered(chosen.name()));
  const on = (body: Body): Promise<void> => begin(program.opts(), body);
  const bare = (body: BareBody): Promise<void> => beginBare(program.opts(), body);
  const parts = { program, argv, on, bare };
  addRunningCommands(parts);
  addServiceCommands(parts);
  addLookingCommands(parts);
  addSessionCommands(parts);
  addEndingCommands(parts);
  addSetupCommands(parts);
  addEmulateCommand(parts);
  addHelpCommand(program);
  return program;
}
