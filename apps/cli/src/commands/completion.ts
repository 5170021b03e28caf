import type { Command } from "commander";
import { expectedWords } from "@longshore/core";
import { bashCompletion } from "../completion/bash-completion.ts";
import { fishCompletion } from "../completion/fish-completion.ts";
import { zshCompletion } from "../completion/zsh-completion.ts";
import { commandWords } from "../program/command-words.ts";
import type { BareSession } from "../session.ts";
import { flagError } from "../spec/flag-error.ts";

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
const isShell = (name: string): name is keyof typeof shells => Object.hasOwn(shells, name);

/** Prints what a shell has to read to complete this command's words. */
export async function completion({ output }: BareSession, shell: string, program: Command): Promise<number> {
  if (!isShell(shell))
    throw flagError("completion", `got ${JSON.stringify(shell)}; ${expectedWords(shell, Object.keys(shells))}`);
  const { globals, commands } = commandWords(program);
  await output.write("stdout", shells[shell](globals, commands));
  return 0;
}
