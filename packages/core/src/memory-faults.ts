import type { Fault } from "./fault.ts";
import { neverAborted, sleep } from "./or-abort.ts";

/** What the memory backend throws; the driver's `classify` reads it. */
export class MemoryError extends Error {
  readonly fault: Fault;
  constructor(message: string, fault: Fault) {
    super(message);
    this.name = "MemoryError";
    this.fault = fault;
  }
}
/** `before`: the work is not done. `after`: it is, and the answer is lost. `stuck`: no answer ever, deaf to every signal. */
export interface MemoryFault {
  readonly kind: "before" | "after" | "stuck";
  /** A verb, `start`, or one request of it, `start.launch`. Default: every one. */
  readonly operation?: string;
  /** Only the request with this number, counted from 0. Default: every one. */
  readonly at?: number;
  /** This one and all that come after it. */
  readonly from?: number;
  /** Default: for as long as it is not lifted. */
  readonly times?: number;
  /** What is thrown. Default: `unavailable`, ambiguous. */
  readonly fault?: Fault;
}
interface Rule extends MemoryFault {
  left: number;
}
const unavailable: Fault = { code: "unavailable", ambiguous: true };

/** The way between a driver and the backend: it counts what passes, and does harm to it as it is told. */
export class MemoryFaults {
  /** Requests by name. */
  readonly calls: Map<string, number> = new Map();
  requests = 0;
  injected = 0;
  /** Log readings and watches that are open. */
  openReads = 0;
  /** Added to every request. */
  latencyMs = 0;
  readonly #rules = new Set<Rule>();
  #cuts = { left: 0, afterItems: 0 };
  #boundary = 0;
  #dieAt: number | undefined;
  #died: () => void = () => {};
  #dead = false;

  /** Until disposed of, or used up. */
  inject(fault: MemoryFault): Disposable {
    const rule: Rule = { ...fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#rules.add(rule);
    return { [Symbol.dispose]: () => void this.#rules.delete(rule) };
  }
  /** The next `times` log readings and watches break: the first after so many items, each later one after one item more. */
  cutStreams(times: number, afterItems = 0): void {
    this.#cuts = { left: times, afterItems };
  }
  /**
   * Counts step boundaries, two for each request, from here on. At boundary `at` all that uses these faults is dead, as a
   * process after SIGKILL: what was on its way is never answered, and nothing more is done. Settles then.
   */
  dieAt(at: number): Promise<void> {
    this.#boundary = 0;
    this.#dieAt = at;
    return new Promise((resolve) => (this.#died = resolve));
  }
  /** Since `dieAt`. */
  get boundaries(): number {
    return this.#boundary;
  }
  /** One request. Takes a turn of the event loop each way, so that two callers meet as they would on a wire. */
  async around<T>(operation: string, work: () => T | Promise<T>): Promise<T> {
    const index = this.requests++;
    this.calls.set(operation, (this.calls.get(operation) ?? 0) + 1);
    await sleep(this.latencyMs, neverAborted());
    await this.#pass();
    await this.#harm(["stuck", "before"], operation, index);
    const answer = await work();
    await this.#pass();
    await this.#harm(["after"], operation, index);
    return answer;
  }
  /** How many items a stream that begins now may deliver before it breaks. */
  beginStream(): number {
    if (this.#cuts.left === 0) return Number.POSITIVE_INFINITY;
    this.#cuts.left--;
    return this.#cuts.afterItems++;
  }
  cut(): never {
    this.injected++;
    throw new MemoryError("the connection broke", { code: "unavailable" });
  }
  async #pass(): Promise<void> {
    if (!this.#dead && this.#boundary++ === this.#dieAt) {
      this.#dead = true;
      this.#died();
    }
    if (this.#dead) await new Promise(() => {});
  }
  async #harm(kinds: readonly MemoryFault["kind"][], operation: string, index: number): Promise<void> {
    const hit = [...this.#rules].find(
      (rule) =>
        kinds.includes(rule.kind) &&
        (rule.operation === undefined || operation === rule.operation || operation.startsWith(`${rule.operation}.`)) &&
        (rule.at === undefined || rule.at === index) &&
        index >= (rule.from ?? 0) &&
        rule.left > 0,
    );
    if (hit === undefined) return;
    hit.left--;
    this.injected++;
    if (hit.kind === "stuck") await new Promise(() => {});
    const fault = hit.fault ?? unavailable;
    throw new MemoryError(fault.message ?? `${operation}: the backend did not answer`, fault);
  }
}
