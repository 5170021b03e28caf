/**
 * The words of a command line, as the agent in a container makes them of the one string that ExecuteCommand takes: quotes and
 * backslashes as in a shell, `#` at the beginning of a word for a comment to the end of its line, and nothing else of a shell.
 * @throws TypeError where a quote or an escape is not ended.
 */
export function splitCommand(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  const take = (): string | undefined => line[at++];
  const until = (quote: string, escapes: boolean): void => {
    for (let letter = take(); letter !== quote; letter = take()) {
      const meant = escapes && letter === "\\" ? take() : letter;
      if (meant === undefined) throw new TypeError("EOF found when expecting closing quote");
      word += meant;
    }
  };
  for (let letter = take(); letter !== undefined; letter = take()) {
    if (/[ \t\r\n]/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (letter === "#" && word === undefined) {
      const end = line.indexOf("\n", at);
      at = end === -1 ? line.length : end;
    } else {
      word ??= "";
      if (letter === "'") until("'", false);
      else if (letter === '"') until('"', true);
      else if (letter === "\\") {
        const meant = take();
        if (meant === undefined) throw new TypeError("EOF found after escape character");
        word += meant;
      } else word += letter;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
