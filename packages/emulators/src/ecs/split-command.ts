/**
 * The words of a command line, as the agent in a container makes them of the one string that ExecuteCommand takes: quotes and
 * backslashes as in a shell, `#` at the beginning of a word for a comment to the end of its line, and nothing else of a shell.
 * @throws TypeError where a quote or an escape is not ended.
 */
export function splitCommand(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let rest = [...line];
  const take = (): string | undefined => rest.shift();
  const until = (quote: string, escapes: boolean): void => {
    for (let rune = take(); rune !== quote; rune = take()) {
      const meant = escapes && rune === "\\" ? take() : rune;
      if (meant === undefined) throw new TypeError("EOF found when expecting closing quote");
      word += meant;
    }
  };
  for (let rune = take(); rune !== undefined; rune = take()) {
    if (/[ \t\r\n]/.test(rune)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (rune === "#" && word === undefined) {
      rest = rest.slice(rest.indexOf("\n") === -1 ? rest.length : rest.indexOf("\n"));
    } else {
      word ??= "";
      if (rune === "'") until("'", false);
      else if (rune === '"') until('"', true);
      else if (rune === "\\") {
        const meant = take();
        if (meant === undefined) throw new TypeError("EOF found after escape character");
        word += meant;
      } else word += rune;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
