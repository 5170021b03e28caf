import type { TerminalSize } from "@longshore/core";

/** What a terminal without a size counts as: that of a VT100, as everywhere. */
const fallback: TerminalSize = { columns: 80, rows: 24 };

/** The stream that is a terminal and tells of new sizes, if one is. */
export const sizedStream = (): NodeJS.WriteStream | undefined => [process.stdout, process.stderr].find(({ isTTY }) => isTTY);

/** Some terminals have no size, as those of script(1) without one of its own. */
export function terminalSize(stream: NodeJS.WriteStream | undefined = sizedStream()): TerminalSize {
  const { columns = 0, rows = 0 } = stream ?? {};
  return columns > 0 && rows > 0 ? { columns, rows } : fallback;
}
