import type { SecretResolver } from "./host.ts";

/** Shorter values would blacken half of every log and hide nothing that could not be guessed. */
const shortestMasked = 4;
const maskText = "***";

/** Knows every value that went through its resolver, and takes them out of texts. */
export class SecretMask {
  readonly #values = new Set<string>();
  #pattern: RegExp | undefined;

  watching(resolver: SecretResolver): SecretResolver {
    return {
      resolve: async (key, signal) => {
        const value = await resolver.resolve(key, signal);
        this.#learn(value);
        return value;
      },
    };
  }
  mask(text: string): string {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, maskText);
  }
  /** A value of several lines is masked line by line, since logs come in lines. */
  #learn(value: string): void {
    const parts = [value, ...value.split(/\r?\n/)].filter((part) => part.length >= shortestMasked);
    for (const part of parts) this.#values.add(part);
    const longestFirst = [...this.#values].sort((a, b) => b.length - a.length);
    const escaped = longestFirst.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    this.#pattern = escaped.length === 0 ? undefined : new RegExp(escaped.join("|"), "g");
  }
}
