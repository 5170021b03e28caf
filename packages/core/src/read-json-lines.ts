const newline = 10;

/** One value to a line, lines torn anywhere, the last one also without its end. What breaks the body is thrown. */
export async function* readJsonLines(
  body: AsyncIterable<Buffer>,
  revive?: (key: string, value: unknown) => unknown,
): AsyncGenerator<unknown, void, void> {
  let pieces: Buffer[] = [];
  for await (const chunk of body) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      const line = Buffer.concat([...pieces, chunk.subarray(from, end)]).toString();
      pieces = [];
      from = end + 1;
      if (line.trim() !== "") yield JSON.parse(line, revive);
    }
    if (from < chunk.length) pieces.push(chunk.subarray(from));
  }
  const last = Buffer.concat(pieces).toString();
  if (last.trim() === "") return;
  let value: unknown;
  try {
    value = JSON.parse(last, revive);
  } catch {
    return; // cut off by whoever ended the body
  }
  yield value;
}
