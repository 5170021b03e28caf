import type { ChannelMessage } from "./channel-message.ts";

/** So far ahead of what is missing a message may be (the vendor's client: 10,000 of at most 1,024 bytes). */
const mostAhead = 10_000;

/** What arrives: each message once, and in order. */
export class IncomingStream {
  #expected = 0;
  readonly #early = new Map<number, ChannelMessage>();

  /** What can be read now that this one is there too; undefined where it came too early to be kept, and has to come again. */
  take(message: ChannelMessage): readonly ChannelMessage[] | undefined {
    const { sequence } = message;
    if (sequence < this.#expected) return [];
    if (sequence > this.#expected + mostAhead) return undefined;
    this.#early.set(sequence, message);
    const ready: ChannelMessage[] = [];
    for (let next = this.#early.get(this.#expected); next !== undefined; next = this.#early.get(this.#expected)) {
      this.#early.delete(this.#expected++);
      ready.push(next);
    }
    return ready;
  }
}
