import { flagError } from "../spec/flag-error.ts";

interface Words {
  readonly argv: readonly string[];
  /** What the parser took for the command. */
  readonly operands: readonly string[];
  /** How it would be right. */
  readonly example: string;
}

/** Words before `--` are refused: they look like an image or a command and would be neither. */
export function afterDashes({ argv, operands, example }: Words): readonly string[] {
  const at = argv.indexOf("--");
  const command = at < 0 ? [] : argv.slice(at + 1);
  if (operands.length === command.length) return command;
  const [stray] = operands;
  throw flagError(String(stray), `unexpected; ${example}`);
}
