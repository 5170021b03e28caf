import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { GoogleError, notFound, toGoogleError } from "./google-error.ts";
import type { GoogleMessage, NamedMessage } from "./google-service.ts";

/** An Any: a message with its `@type`. */
export type AnyMessage = { readonly "@type": string } & GoogleMessage;

export interface OperationPlan {
  /** `projects/…/locations/…` */
  readonly parent: string;
  /** How it stands whenever somebody asks. */
  readonly metadata: () => AnyMessage;
  /** What it ends with; a rejection is its error. */
  readonly work: Promise<AnyMessage>;
}

/** Of those that have ended; the oldest are forgotten first. */
const mostKept = 10_000;

interface OperationRecord {
  readonly name: string;
  readonly parent: string;
  readonly metadata: () => AnyMessage;
  readonly ended: Promise<void>;
  result?: { readonly response: AnyMessage } | { readonly error: object };
}

/** Long-running operations: what is asked for now and done later. */
export class OperationStore {
  readonly #records = new Map<string, OperationRecord>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start({ parent, metadata, work }: OperationPlan): GoogleMessage {
    const settle = async (): Promise<void> => {
      try {
        record.result = { response: await work };
      } catch (error) {
        record.result = { error: toGoogleError(error).toStatus() };
      }
    };
    const record: OperationRecord = {
      name: `${parent}/operations/${randomUUID()}`,
      parent,
      metadata,
      ended: Promise.resolve().then(settle),
    };
    this.#records.set(record.name, record);
    this.#forgetOldest();
    return describe(record);
  }

  get(name: string): GoogleMessage {
    return describe(this.#find(name));
  }

  list(parent: string): readonly NamedMessage[] {
    return [...this.#records.values()].filter((record) => record.parent === parent).map(describe);
  }

  delete(name: string): void {
    this.#find(name);
    this.#records.delete(name);
  }

  /** How it stands once it has ended, or so many milliseconds of the clock later. */
  async wait(name: string, ms: number, signal: AbortSignal): Promise<GoogleMessage> {
    const record = this.#find(name);
    const over = new AbortController();
    const within = AbortSignal.any([signal, over.signal]);
    // Whoever waits no longer is told nothing more.
    const late = this.#clock.sleep(ms, within).catch(() => {});
    await Promise.race([record.ended, late]);
    over.abort(new Error("waited for"));
    return describe(record);
  }

  #forgetOldest(): void {
    let tooMany = this.#records.size - mostKept;
    for (const { name, result } of this.#records.values()) {
      if (tooMany <= 0) return;
      if (result && this.#records.delete(name)) tooMany--;
    }
  }

  #find(name: string): OperationRecord {
    const record = this.#records.get(name);
    if (record) return record;
    if (!/^projects\/[^/]+\/locations\/[^/]+\/operations\/[^/]+$/.test(name))
      throw new GoogleError("INVALID_ARGUMENT", `The name '${name}' is no operation's.`);
    throw notFound(name);
  }
}

const describe = ({ name, metadata, result }: OperationRecord): NamedMessage => ({
  name,
  metadata: metadata(),
  ...(result && { done: true, ...result }),
});
