import { bounds } from "./exec-script.ts";

export type Piece =
  | { readonly kind: "text"; readonly bytes: Buffer }
  /** `letter` says of what kind it is. */
  | { readonly kind: "mark"; readonly letter: string; readonly body: Buffer };

/** More than the script puts into one. What is longer is no mark. */
const mostMarkBytes = 65_536;

/** Tells what the script says from what the program says, wherever either is cut. */
export class MarkedText {
  readonly #marker: Buffer;
  #rest: Buffer = Buffer.alloc(0);

  constructor(marker: string) {
    this.#marker = Buffer.concat([Buffer.from([bounds.begin]), Buffer.from(marker)]);
  }
  push(bytes: Buffer): readonly Piece[] {
    const pieces: Piece[] = [];
    const text = (part: Buffer): void => void (part.length > 0 && pieces.push({ kind: "text", bytes: part }));
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const from = this.#rest.indexOf(this.#marker);
      if (from === -1) {
        const kept = this.#rest.length - this.#begun();
        text(this.#rest.subarray(0, kept));
        this.#rest = this.#rest.subarray(kept);
        return pieces;
      }
      text(this.#rest.subarray(0, from));
      this.#rest = this.#rest.subarray(from);
      const start = this.#marker.length;
      const end = this.#rest.indexOf(bounds.end, start);
      if (end === -1 && this.#rest.length <= mostMarkBytes) return pieces;
      if (end === -1) {
        text(this.#rest);
        this.#rest = Buffer.alloc(0);
        return pieces;
      }
      pieces.push({
        kind: "mark",
        letter: String.fromCharCode(this.#rest[start] ?? 0),
        body: this.#rest.subarray(start + 1, end),
      });
      this.#rest = this.#rest.subarray(end + 1);
    }
  }
  /** How many bytes at the end may be the beginning of a marker. */
  #begun(): number {
    const from = Math.max(0, this.#rest.length - this.#marker.length + 1);
    for (let at = this.#rest.indexOf(bounds.begin, from); at !== -1; at = this.#rest.indexOf(bounds.begin, at + 1)) {
      if (this.#marker.subarray(0, this.#rest.length - at).equals(this.#rest.subarray(at))) return this.#rest.length - at;
    }
    return 0;
  }
}
