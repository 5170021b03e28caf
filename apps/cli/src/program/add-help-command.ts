import type { Command } from "commander";

/** As the parser itself calls it. */
const unknownCommand = "commander.unknownCommand";

const helpHelp = `
Examples:
  $ longshore help
  $ longshore help run`;

/** Our own, since the parser's says nothing of a command that it does not know. */
export function addHelpCommand(program: Command): void {
  program
    .command("help [subcommand]")
    .description("say what there is, or what a command does")
    .action((name: string | undefined) => {
      const found = program.commands.find((command) => command.name() === name);
      if (name !== undefined && found === undefined) program.error(`unknown command '${name}'`, { code: unknownCommand });
      (found ?? program).outputHelp();
    })
    .addHelpText("after", helpHelp);
}
