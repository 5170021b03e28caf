import { cloudNames } from "../commands/emulated-clouds.ts";
import type { CommandWords, OptionWords } from "../program/command-words.ts";

const flagsOf = (options: readonly OptionWords[]): string => options.flatMap(({ flags }) => flags).join(" ");

function generatorOf(value: NonNullable<OptionWords["value"]>): string {
  if (typeof value === "object") return `_longshore_reply '${value.join(" ")}'`;
  switch (value) {
    case "runtime":
      return `_longshore_reply "$(longshore "\${given[@]}" runtimes --quiet 2>/dev/null)"`;
    case "file":
      return "_longshore_files -f";
    case "folder":
      return "_longshore_files -d";
    case "text":
      return ":";
  }
}

/** What follows a flag that takes a value. The same letter may be a switch of another command. */
const valueCases = (options: readonly OptionWords[], command: string): readonly string[] =>
  options.flatMap(({ flags, value }) => {
    if (value === undefined) return [];
    const patterns = flags.map((flag) => `${command}" ${flag}"`).join("|");
    return [`    ${patterns}) ${generatorOf(value)}; return ;;`];
  });

function argumentOf({ argument }: CommandWords, commands: readonly CommandWords[]): string {
  switch (argument) {
    case "id":
      return '_longshore_reply "$(_longshore_ids)"';
    case "copy":
      return "_longshore_places";
    case "shell":
      return "_longshore_reply 'bash zsh fish'";
    case "cloud":
      return `_longshore_reply '${cloudNames.join(" ")}'`;
    case "subcommand":
      return `_longshore_reply '${commands.map(({ name }) => name).join(" ")}'`;
    case "command":
    case "none":
      return ":";
  }
}

const commandCases = (commands: readonly CommandWords[]): readonly string[] =>
  commands.map(
    (command) =>
      `    ${command.name}) if [[ "$cur" == -* ]]; then _longshore_reply '${flagsOf(command.options)}' "$globals"; else ${argumentOf(command, commands)}; fi ;;`,
  );

/** `given` holds the words that say where to look: config, runtime and owner. A shell that cannot set options of one completion, as bash 3, completes words alone. */
const helpers = `_longshore_reply() { COMPREPLY=( $(compgen -W "$*" -- "$cur") ); }
_longshore_files() { compopt -o filenames 2>/dev/null; local IFS=$'\\n'; COMPREPLY=( $(compgen "$1" -- "$cur") ); }
_longshore_ids() { longshore "\${given[@]}" ps --quiet 2>/dev/null; }
_longshore_places() {
  if [ "$prev" != : ] && [ "$cur" != : ]; then _longshore_reply "$(_longshore_ids | sed 's/$/:/')"; fi
  if [ "\${#COMPREPLY[@]}" -gt 0 ]; then compopt -o nospace 2>/dev/null; else _longshore_files -f; fi
}`;

/** Words come from the command tree, ids and runtimes from what there is. After `--` programs and files, as for any command. */
export function bashCompletion(globals: readonly OptionWords[], commands: readonly CommandWords[]): string {
  const values = [...valueCases(globals, "*"), ...commands.flatMap(({ name, options }) => valueCases(options, name))];
  const names = commands.map(({ name }) => name).join(" ");
  return `# bash completion for longshore; source <(longshore completion bash)
${helpers}
_longshore() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="" i
  local -a given
  local globals='${flagsOf(globals)} --help'
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      --) if [ "$prev" = -- ]; then COMPREPLY=( $(compgen -c -- "$cur") ); else _longshore_files -f; fi; return ;;
      --config|--runtime|--owner) if ((i + 1 < COMP_CWORD)); then given+=("\${COMP_WORDS[i]}" "\${COMP_WORDS[i+1]}"); fi; ((i++)) ;;
      -*) ;;
      *) [ -n "$command" ] || command="\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$command $prev" in
${values.join("\n")}
  esac
  case "$command" in
    "") if [[ "$cur" == -* ]]; then _longshore_reply "$globals"; else _longshore_reply '${names}'; fi ;;
${commandCases(commands).join("\n")}
  esac
}
complete -F _longshore longshore
`;
}
