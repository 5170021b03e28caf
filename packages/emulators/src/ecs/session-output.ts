const mostHeldBytes = 3;
const replacement = [0xef, 0xbf, 0xbd];

/** How many bytes the character takes that begins here; 0 for none that is valid. */
function characterBytes(bytes: Uint8Array, from: number): number {
  const first = bytes[from]!;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0 || from + length > bytes.length) return 0;
  const text = Buffer.from(bytes.subarray(from, from + length)).toString();
  const isReplacement = replacement.every((byte, index) => bytes[from + index] === byte);
  return !isReplacement && text.includes("\uFFFD") ? 0 : length;
}

/**
 * What the agent makes of a terminal's output: text. The last bytes that are no whole character wait for those after them, and
 * are lost where none come; of the character that stands for what is no text, only the first byte is passed on.
 */
export class SessionOutput {
  #held: Uint8Array = Buffer.alloc(0);

  push(bytes: Uint8Array): Buffer {
    const all = Buffer.concat([this.#held, bytes]);
    const passed: Buffer[] = [];
    let from = 0;
    while (from < all.length) {
      const length = characterBytes(all, from);
      const isNoText = length === 0 || replacement.every((byte, index) => all[from + index] === byte);
      if (isNoText && all.length - from <= mostHeldBytes) break;
      passed.push(all.subarray(from, from + (isNoText ? 1 : length)));
      from += Math.max(1, length);
    }
    this.#held = all.subarray(from);
    return Buffer.concat(passed);
  }
}
