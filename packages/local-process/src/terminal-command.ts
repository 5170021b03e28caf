const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/**
 * The same command with a terminal of its own, by script(1) of util-linux, since Node can make none. It passes on what is
 * typed and what is printed, and ends as the command does: with 128 and the number where that ended by a signal.
 */
export const terminalCommand = (argv: readonly string[]): readonly string[] => [
  "script",
  "--quiet",
  "--return",
  "--flush",
  "--command",
  `exec ${argv.map(quoted).join(" ")}`,
  "/dev/null",
];
