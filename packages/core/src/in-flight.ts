import { neverAborted, orAbort } from "./or-abort.ts";

/** Work of one name is done once at a time: who asks for it while it is under way gets the same answer, or the same error. */
export class InFlight<Result> {
  readonly #running = new Map<string, Promise<Result>>();

  /** Who aborts leaves; the work goes on for the others, and to its end where there are none. */
  share(name: string, work: (signal: AbortSignal) => Promise<Result>, signal: AbortSignal): Promise<Result> {
    return orAbort(signal, () => {
      const running = this.#running.get(name) ?? this.#begin(name, work);
      return running;
    });
  }
  #begin(name: string, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const running = work(neverAborted()).finally(() => this.#running.delete(name));
    this.#running.set(name, running);
    return running;
  }
}
