import { flagError } from "../spec/flag-error.ts";

/** As Docker's client has them (docs.docker.com/reference/cli/docker/container/attach). */
const defaultDetachKeys = "ctrl-p,ctrl-q";

function byteOf(key: string, all: string): number {
  const control = /^ctrl-([a-z@[\\\]^_])$/.exec(key)?.[1];
  if (control !== undefined) return control.toUpperCase().charCodeAt(0) & 0x1f;
  if (/^[!-~]$/.test(key)) return key.charCodeAt(0);
  throw flagError("--detach-keys", `got ${JSON.stringify(all)}, expected keys such as ctrl-p,ctrl-q`);
}

/** Finds a sequence of keys in what is typed. What may be its beginning is held back until it is known not to be. */
export class DetachKeys {
  readonly #keys: readonly number[];
  #matched = 0;

  constructor(keys: string = defaultDetachKeys) {
    this.#keys = keys.split(",").map((key) => byteOf(key, keys));
  }
  /** What goes to the program, up to the sequence where that was typed. */
  take(typed: Uint8Array): { readonly bytes: Uint8Array; readonly detached: boolean } {
    const passed: number[] = [];
    for (const byte of typed) {
      while (this.#matched > 0 && byte !== this.#keys[this.#matched]) this.#release(passed);
      if (byte !== this.#keys[this.#matched]) passed.push(byte);
      else if (++this.#matched === this.#keys.length) return { bytes: Uint8Array.from(passed), detached: true };
    }
    return { bytes: Uint8Array.from(passed), detached: false };
  }
  /** The first key held back is not the sequence's first after all; what follows it may still be. */
  #release(passed: number[]): void {
    const held = this.#keys.slice(0, this.#matched);
    for (let from = 1; from <= held.length; from++) {
      if (held.slice(from).every((byte, at) => byte === this.#keys[at])) {
        passed.push(...held.slice(0, from));
        this.#matched = held.length - from;
        return;
      }
    }
  }
}
