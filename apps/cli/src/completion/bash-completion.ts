import type { CommandWords, OptionWords } from "../program/command-words.ts";

const flagsOf = (options: readonly OptionWords[]): string => options.flatMap(({ flags }) => flags).join(" ");

function generatorOf(value: NonNullable<OptionWords["value"]>): string {
  if (typeof value === "object") return `compgen -W '${value.join(" ")}' -- "$cur"`;
  return value === "text" ? ":" : `compgen -${value === "file" ? "f" : "d"} -- "$cur"`;
}

/** What follows a flag that takes a value. The same letter may be a switch of another command. */
const valueCases = (options: readonly OptionWords[], command: string): readonly string[] =>
  options.flatMap(({ flags, value }) => {
    if (value === undefined) return [];
    const patterns = flags.map((flag) => `${command}" ${flag}"`).join("|");
    return [`    ${patterns}) COMPREPLY=( $(${generatorOf(value)}) ); return ;;`];
  });

const argumentWords = ({ argument }: CommandWords): string => {
  switch (argument) {
    case "id":
      return "$(_longshore_ids)";
    case "copy":
      return "$(_longshore_ids | sed s/\\$/:/)";
    case "shell":
      return "bash zsh fish";
    case "command":
    case "none":
      return "";
  }
};

const commandCase = (command: CommandWords): string =>
  `    ${command.name}) flags='${flagsOf(command.options)}'; words="${argumentWords(command)}" ;;`;

/** Words come from the command tree, ids from what there is. After `--` files, as for any command. */
export function bashCompletion(globals: readonly OptionWords[], commands: readonly CommandWords[]): string {
  const values = [...valueCases(globals, "*"), ...commands.flatMap(({ name, options }) => valueCases(options, name))];
  return `# bash completion for longshore; source <(longshore completion bash)
_longshore_ids() { longshore ps --quiet 2>/dev/null; }
_longshore() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="" flags="" words="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      --) COMPREPLY=( $(compgen -f -- "$cur") ); return ;;
      --config|--runtime|--owner) ((i++)) ;;
      -*) ;;
      *) [ -n "$command" ] || command="\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$command $prev" in
${values.join("\n")}
  esac
  case "$command" in
    "") flags=''; words='${[...commands.map(({ name }) => name), "help"].join(" ")}' ;;
${commands.map(commandCase).join("\n")}
  esac
  if [[ "$cur" == -* ]]; then words="$flags ${flagsOf(globals)} --help"; fi
  COMPREPLY=( $(compgen -W "$words" -- "$cur") )
}
complete -o default -F _longshore longshore
`;
}
