const newline = 0x0a;

/** Cuts one stream of a container's output into lines. What is longer than `longestBytes` is given away in parts. */
export class LineCutter {
  readonly #longestBytes: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(longestBytes: number) {
    this.#longestBytes = longestBytes;
  }

  *cut(bytes: Uint8Array): Generator<string> {
    this.#rest = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes]);
    for (let end = this.#rest.indexOf(newline); end >= 0; end = this.#rest.indexOf(newline)) {
      yield this.#rest.toString("utf8", 0, end);
      this.#rest = this.#rest.subarray(end + 1);
    }
    while (this.#rest.length > this.#longestBytes) {
      let end = this.#longestBytes;
      // Not through the middle of a character.
      while (end > 1 && ((this.#rest[end] ?? 0) & 0xc0) === 0x80) end--;
      yield this.#rest.toString("utf8", 0, end);
      this.#rest = this.#rest.subarray(end);
    }
  }

  *end(): Generator<string> {
    if (this.#rest.length > 0) yield this.#rest.toString("utf8");
  }
}
