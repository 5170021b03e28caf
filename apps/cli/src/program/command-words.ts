import type { Command } from "commander";

export interface OptionWords {
  readonly flags: readonly string[];
  readonly description: string;
  /** What its value is; absent for a switch. */
  readonly value?: "file" | "folder" | "runtime" | "text" | readonly string[];
}
export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  /** What its first argument is. */
  readonly argument: "id" | "copy" | "command" | "shell" | "subcommand" | "cloud" | "none";
}
/** By the name of a flag's value in its help. */
const values: Readonly<Record<string, NonNullable<OptionWords["value"]>>> = {
  "spec.yaml": "file",
  "specs.yaml": "file",
  file: "file",
  folder: "folder",
  policy: ["always", "missing", "never"],
  engine: ["docker", "process"],
};

function optionWords({ options }: Command): readonly OptionWords[] {
  return options
    .filter(({ hidden }) => !hidden)
    .map(({ short, long, description, flags, required, optional }) => {
      const words = [short, long].filter((word) => word !== undefined);
      const name = /<([^>]+)>/.exec(flags)?.[1] ?? "";
      const value = long === "--runtime" ? "runtime" : (values[name] ?? "text");
      return { flags: words, description, ...((required || optional) && { value }) };
    });
}

function argumentOf({ registeredArguments: [first] }: Command): CommandWords["argument"] {
  if (first === undefined) return "none";
  const name = first.name();
  if (name === "id" || name === "ids") return "id";
  if (name === "source") return "copy";
  if (name === "shell" || name === "subcommand" || name === "cloud") return name;
  return "command";
}

/** The command tree as a shell's completion needs it: the words, and what comes after them. */
export const commandWords = (
  program: Command,
): { readonly globals: readonly OptionWords[]; readonly commands: readonly CommandWords[] } => ({
  globals: optionWords(program),
  commands: program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: optionWords(command),
    argument: argumentOf(command),
  })),
});
