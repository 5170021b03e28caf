import type { Instant, Store } from "@longshore/core";
import { beginning, gapBefore, type LoggedLine, type LogWindow } from "./log-window.ts";

/** What was captured at once. */
export interface Chunk {
  readonly lines: readonly LoggedLine[];
  /** Behind which line others are missing, as far as who captured it knows. */
  readonly gapAfter?: string;
}
type Row = readonly [at: Instant, text: string];

/** One run's lines in the host's store, for whoever comes later. Each chunk's key says from where to where it goes. */
export class Spool {
  readonly #store: Store;
  readonly #prefix: string;
  /** Up to there everything is in the store. */
  #last: string | undefined;

  constructor(store: Store, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }
  /** True where something in it was new. */
  async keep(window: LogWindow, signal: AbortSignal): Promise<boolean> {
    const last = (this.#last ??= await this.#stored(signal));
    const lines = window.lines.filter(({ at }) => at > last);
    const [first, end] = [lines[0], lines.at(-1)];
    if (first === undefined || end === undefined) return false;
    const gapAfter = gapBefore(window, last);
    const rows = lines.map(({ at, text }): Row => [at, text]);
    const value = JSON.stringify({ rows, ...(gapAfter !== undefined && { gapAfter }) });
    // Two who capture the same write the same, or one of them more, under a key of its own.
    await this.#store.put(`${this.#prefix}${first.at}~${end.at}`, value, signal);
    this.#last = end.at;
    return true;
  }
  /** In order; only what goes beyond a line. */
  async *chunks(after: string, read: ReadonlySet<string>, signal: AbortSignal): AsyncGenerator<Chunk & { readonly key: string }> {
    const keys = await this.#keys(signal);
    for (const key of keys.filter((one) => !read.has(one) && this.#end(one) >= after).sort()) {
      const value = await this.#store.get(key, signal);
      if (value === undefined) continue;
      const { rows, gapAfter } = JSON.parse(value) as { readonly rows: readonly Row[]; readonly gapAfter?: string };
      const lines = rows.map(([at, text]): LoggedLine => ({ at, text }));
      yield { key, lines, ...(gapAfter !== undefined && { gapAfter }) };
    }
  }
  #keys(signal: AbortSignal): Promise<string[]> {
    return Array.fromAsync(this.#store.list(this.#prefix, signal));
  }
  #end(key: string): string {
    return key.slice(key.indexOf("~", this.#prefix.length) + 1);
  }
  async #stored(signal: AbortSignal): Promise<string> {
    const ends = (await this.#keys(signal)).map((key) => this.#end(key));
    return ends.reduce((latest, end) => (end > latest ? end : latest), beginning);
  }
}
