import { cloudNames } from "../commands/emulated-clouds.ts";
import type { CommandWords, OptionWords } from "../program/command-words.ts";

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
/** In `_arguments` a bracket ends a description and a colon begins the value's. */
const plain = (text: string): string => text.replaceAll(/[[\]]/g, "").replaceAll(":", "\\:");

function takesOf(value: NonNullable<OptionWords["value"]>): string {
  if (typeof value === "object") return `:value:(${value.join(" ")})`;
  switch (value) {
    case "runtime":
      return ":runtime:_longshore_runtimes";
    case "file":
      return ":file:_files";
    case "folder":
      return ":folder:_files -/";
    case "text":
      return ":value: ";
  }
}

function optionSpecs({ flags, description, value }: OptionWords): readonly string[] {
  const takes = value === undefined ? "" : takesOf(value);
  return flags.map((flag) => quote(`*${flag}[${plain(description)}]${takes}`));
}

function argumentSpec({ argument }: CommandWords, all: readonly CommandWords[]): string {
  switch (argument) {
    case "id":
      return "'*:id:_longshore_ids'";
    case "copy":
      return "'*:place:_longshore_places'";
    case "shell":
      return "'1:shell:(bash zsh fish)'";
    case "cloud":
      return `'1:cloud:(${cloudNames.join(" ")})'`;
    case "subcommand":
      return `'1:command:(${all.map(({ name }) => name).join(" ")})'`;
    case "command":
      return "'*::command:_normal'";
    case "none":
      return "";
  }
}

const commandCase = (command: CommandWords, _index: number, all: readonly CommandWords[]): string =>
  `    ${command.name}) _arguments $globals ${command.options.flatMap(optionSpecs).join(" ")} ${argumentSpec(command, all)} ;;`;

export function zshCompletion(globals: readonly OptionWords[], commands: readonly CommandWords[]): string {
  return `#compdef longshore
# zsh completion for longshore; source <(longshore completion zsh)
_longshore_ids() { local -a ids; ids=(\${(f)"$(longshore ps --quiet 2>/dev/null)"}); _describe id ids }
_longshore_runtimes() { local -a names; names=(\${(f)"$(longshore runtimes --quiet 2>/dev/null)"}); _describe runtime names }
_longshore_places() { local -a ids; ids=(\${(f)"$(longshore ps --quiet 2>/dev/null)"}); compadd -S : -- $ids; _files }
_longshore() {
  local -a globals commands
  globals=(${globals.flatMap(optionSpecs).join(" ")})
  commands=(${commands.map(({ name, description }) => quote(`${name}:${plain(description)}`)).join(" ")})
  local context state line
  _arguments -C $globals '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest) case $line[1] in
${commands.map(commandCase).join("\n")}
    esac ;;
  esac
}
compdef _longshore longshore
`;
}
