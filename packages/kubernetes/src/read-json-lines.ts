/** Each line's value. What breaks the body is thrown; a line that was cut off is not read. */
export async function* readJsonLines(
  body: AsyncIterable<Buffer>,
  revive: (key: string, value: unknown) => unknown,
): AsyncGenerator<unknown, void, void> {
  let pieces: Buffer[] = [];
  for await (const chunk of body) {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...pieces, chunk.subarray(from, end)]).toString();
      pieces = [];
      from = end + 1;
      if (line.trim() !== "") yield JSON.parse(line, revive);
    }
    if (from < chunk.length) pieces.push(chunk.subarray(from));
  }
}
