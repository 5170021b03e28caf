import { execFile } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { promisify } from "node:util";
import type { TerminalSize } from "@longshore/core";

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * The same command with a terminal of its own of that size, by script(1) of util-linux, since Node can make none. It passes on
 * what is typed and what is printed, and ends as the command does: with 128 and the number where that ended by a signal.
 */
export const sizedCommand = (argv: readonly string[], { columns, rows }: TerminalSize): readonly string[] => [
  "script",
  "--quiet",
  "--return",
  "--flush",
  "--command",
  `stty cols ${columns} rows ${rows}; exec ${argv.map(quoted).join(" ")}`,
  "/dev/null",
];

/** Of the command below that script(1), which hears of it as of any other change of a window. No effect once it has ended. */
export async function resizeTerminal(script: number, { columns, rows }: TerminalSize): Promise<void> {
  try {
    const [child = ""] = readFileSync(`/proc/${script}/task/${script}/children`, "latin1").trim().split(" ");
    const terminal = readlinkSync(`/proc/${child}/fd/0`);
    await promisify(execFile)("stty", ["-F", terminal, "cols", String(columns), "rows", String(rows)], {
      env: { PATH: "/usr/bin:/bin" },
    });
  } catch {
    // It has not begun yet, or has ended: there is no terminal.
  }
}
