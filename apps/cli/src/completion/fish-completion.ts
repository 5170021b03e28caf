import { cloudNames } from "../commands/emulated-clouds.ts";
import type { CommandWords, OptionWords } from "../program/command-words.ts";

const quote = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

function takesOf(value: NonNullable<OptionWords["value"]>): string {
  if (typeof value === "object") return ` -x -a ${quote(value.join(" "))}`;
  switch (value) {
    case "runtime":
      return " -x -a '(longshore runtimes --quiet 2>/dev/null)'";
    case "folder":
      return " -x -a '(__fish_complete_directories)'";
    case "file":
      return " -r -F";
    case "text":
      return " -x";
  }
}

function optionLine({ flags, description, value }: OptionWords, condition: string): string {
  const words = flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(" ");
  const takes = value === undefined ? "" : takesOf(value);
  return `complete -c longshore ${condition}${words}${takes} -d ${quote(description)}`;
}

function argumentLine({ name, argument }: CommandWords, all: readonly CommandWords[]): readonly string[] {
  const after = `complete -c longshore -n '__fish_seen_subcommand_from ${name}'`;
  switch (argument) {
    case "id":
      return [`${after} -a '(longshore ps --quiet 2>/dev/null)'`];
    case "copy":
      return [`${after} -F -a '(longshore ps --quiet 2>/dev/null | string replace -r \\$ :)'`];
    case "shell":
      return [`${after} -a 'bash zsh fish'`];
    case "cloud":
      return [`${after} -a '${cloudNames.join(" ")}'`];
    case "subcommand":
      return [`${after} -a ${quote(all.map((one) => one.name).join(" "))}`];
    case "command":
      return [`${after} -F`];
    case "none":
      return [];
  }
}

export function fishCompletion(globals: readonly OptionWords[], commands: readonly CommandWords[]): string {
  return `${[
    "# fish completion for longshore; longshore completion fish | source",
    "complete -c longshore -f",
    ...globals.map((option) => optionLine(option, "")),
    ...commands.flatMap((command) => [
      `complete -c longshore -n __fish_use_subcommand -a ${command.name} -d ${quote(command.description)}`,
      ...command.options.map((option) => optionLine(option, `-n '__fish_seen_subcommand_from ${command.name}' `)),
      ...argumentLine(command, commands),
    ]),
  ].join("\n")}\n`;
}
