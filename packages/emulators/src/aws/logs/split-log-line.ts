/**
 * Cuts a line into events of at most so many bytes in UTF-8, never inside a character, as the log driver of the containers
 * does. A line of nothing is no event.
 */
export function splitLogLine(line: string, maximumBytes: number): readonly string[] {
  const bytes = Buffer.from(line);
  const parts: string[] = [];
  for (let start = 0; start < bytes.length;) {
    let end = Math.min(start + maximumBytes, bytes.length);
    // A byte 10xxxxxx goes on with a character that began before it.
    while (end < bytes.length && end > start + 1 && ((bytes[end] as number) & 0xc0) === 0x80) end--;
    parts.push(bytes.toString("utf8", start, end));
    start = end;
  }
  return parts;
}
