import { LongshoreError } from "@longshore/core";
import { type CommandLine, endOfSession } from "@longshore/core/sessions";
import type { TerminalSocket } from "./terminal-socket.ts";

/** A terminal that is not raw takes 4,095 bytes of a line (termios(3)), a shell that edits its line perhaps a thousand. */
const mostLineBytes = 500;
/** Of what is said before, so much may stand in an error. */
const mostStrayBytes = 2000;

/**
 * Typed to a shell, which shows a prompt and echoes. It makes room for another one that does neither: that one takes lines until
 * a dot, and runs them. `%b`: they hold nothing but what can be printed.
 */
const prelude = (marker: string): string =>
  [
    ` exec sh -c 't=$(stty -g 2>/dev/null); stty -echo -icanon 2>/dev/null; printf "\\001%sb\\002" ${marker}; s=;`,
    `while IFS= read -r l && [ "$l" != . ]; do s=$s$(printf "%b_" "$l"); s=\${s%_}; done;`,
    `[ -z "$t" ] || stty "$t"; eval "exec $s"'\n`,
  ].join(" ");

/** For `printf %b`: what a terminal would take for a key of its own is written as its number. */
const escapeByte = (byte: number): string => {
  const character = String.fromCharCode(byte);
  if (character === "\\") return "\\\\";
  return byte >= 0x20 && byte < 0x7f ? character : `\\0${byte.toString(8).padStart(3, "0")}`;
};

/** Lines that each hold a part of the text, and a dot behind them. Pure. */
export function toTypedLines(text: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const byte of Buffer.from(text)) {
    const next = escapeByte(byte);
    if (line.length + next.length > mostLineBytes) lines.push(line);
    line = line.length + next.length > mostLineBytes ? next : line + next;
  }
  return [...lines, line, "."];
}

/** Until the shell that takes lines says that it is there. Rejects with what is said instead. */
async function awaitReady(socket: TerminalSocket, marker: string, signal: AbortSignal): Promise<void> {
  const ready = `\u0001${marker}b\u0002`;
  let said = "";
  for await (const bytes of socket.read(signal)) {
    said += bytes.toString("latin1");
    if (said.includes(ready)) return;
    said = said.slice(-mostStrayBytes);
  }
  throw (
    endOfSession(said) ??
    new LongshoreError("the session ended before it began", { code: "unavailable", retryable: false, operation: "exec" })
  );
}

/** Has a shell at the other end run a command line, however long, whatever its terminal does with what is typed. */
export async function typeCommandLine(socket: TerminalSocket, { line, marker }: CommandLine, signal: AbortSignal): Promise<void> {
  await socket.type(Buffer.from(prelude(marker)), signal);
  await awaitReady(socket, marker, signal);
  for (const typed of toTypedLines(line)) await socket.type(Buffer.from(`${typed}\n`), signal);
}
