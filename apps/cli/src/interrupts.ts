import { codeOfSignal, failureCode } from "./exit-code-of-ending.ts";

/** `unwritable`: stdout takes nothing, and not because its reader has left. */
export type Interrupt = "SIGINT" | "SIGTERM" | "SIGHUP" | "SIGPIPE" | "unwritable";

const signals = ["SIGINT", "SIGTERM"] as const;

/**
 * Ctrl-C and the like. The first goes to whoever intercepts it, the next aborts `signal`; with nobody to intercept, the
 * first does. After that the process dies of another one as any does.
 */
export class Interrupts implements Disposable {
  readonly #giveUp = new AbortController();
  readonly #listeners = signals.map((name) => [name, () => this.raise(name)] as const);
  #intercept: (() => void) | undefined;
  #first: Interrupt | undefined;

  constructor() {
    for (const [name, listener] of this.#listeners) process.on(name, listener);
  }
  /** Aborts when the command is to end at once. */
  get signal(): AbortSignal {
    return this.#giveUp.signal;
  }
  /** Somebody wants it to end; not only that nobody reads any more. */
  get wanted(): boolean {
    return this.#first !== undefined && this.#first !== "SIGPIPE" && this.#first !== "unwritable";
  }
  /** 130 after Ctrl-C, 143 after a TERM, 141 when nobody reads the output any more, 125 when it cannot be written. */
  get exitCode(): number | undefined {
    return this.#first === undefined ? undefined : (codeOfSignal(this.#first) ?? failureCode);
  }
  raise(by: Interrupt): void {
    this.#first ??= by;
    const intercept = this.#intercept;
    this.#intercept = undefined;
    if (intercept !== undefined) return intercept();
    this[Symbol.dispose]();
    this.#giveUp.abort(new Error("interrupted"));
  }
  intercept(first: () => void): Disposable {
    this.#intercept = first;
    return { [Symbol.dispose]: () => (this.#intercept = undefined) };
  }
  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) process.off(name, listener);
  }
}
