import { execFile } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { promisify } from "node:util";
import type { TerminalSize } from "@longshore/core";
import { sleep } from "@longshore/core/driver";

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
  `${sizing}${columns} rows ${rows}; exec ${argv.map(quoted).join(" ")}`,
  "/dev/null",
];

const sizing = "stty cols ";
/** script(1) has its terminal and its child within milliseconds. */
const longestWaitMs = 2_000;
const lookAgainMs = 10;

/** Of the command below that script(1), which hears of it as of any other change of a window. No effect once it has ended. */
export async function resizeTerminal(script: number, { columns, rows }: TerminalSize, gone: AbortSignal): Promise<void> {
  const end = performance.now() + longestWaitMs;
  let terminal = terminalBelow(script);
  while (terminal === undefined && !gone.aborted && performance.now() < end) {
    await sleep(lookAgainMs, gone);
    terminal = terminalBelow(script);
  }
  if (terminal === undefined) return;
  const words = ["-F", terminal, "cols", String(columns), "rows", String(rows)];
  await promisify(execFile)("stty", words, { env: { PATH: "/usr/bin:/bin" } }).catch(() => {}); // it has ended meanwhile
}

/** Undefined while its first size is not set: that would come after another one, and undo it. */
function terminalBelow(script: number): string | undefined {
  try {
    const [child = ""] = readFileSync(`/proc/${script}/task/${script}/children`, "latin1").trim().split(" ");
    const [, , text = ""] = readFileSync(`/proc/${child}/cmdline`, "utf8").split("\0");
    const terminal = readlinkSync(`/proc/${child}/fd/0`);
    return text.startsWith(sizing) || !terminal.startsWith("/dev/pts/") ? undefined : terminal;
  } catch {
    return undefined;
  }
}
