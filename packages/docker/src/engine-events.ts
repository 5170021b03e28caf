import { readJsonLines } from "@longshore/core/driver";
import { LongshoreError, type Owner, type WorkloadId } from "@longshore/core";
import { label } from "./container-names.ts";
import type { Engine } from "./engine.ts";

interface NativeEvent {
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}
/** `resync`: the stream is open from here on; what came before is not in it. */
export type EngineNews =
  | {
      readonly kind: "event";
      readonly id: WorkloadId;
      readonly container: string;
      readonly action: string;
      readonly service: boolean;
    }
  | { readonly kind: "resync" }
  | { readonly kind: "broken"; readonly error: unknown };
type Hear = (news: EngineNews) => void;

/** Probes tell of themselves with each run, `exec_start` and the like: only what changes a workload is asked for. */
const wanted = ["start", "die", "destroy", "oom", "health_status", "rename", "update"];

/** One stream of events for all who listen, whatever their number: open from the first to the last of them. */
export class EngineEvents implements Disposable {
  readonly #engine: Engine;
  readonly #owner: Owner;
  readonly #listeners = new Set<Hear>();
  #reading: AbortController | undefined;
  #open = false;

  constructor(engine: Engine, owner: Owner) {
    this.#engine = engine;
    this.#owner = owner;
  }
  /** Hears nothing more after `broken`: who still wants to listens anew. */
  listen(hear: Hear): Disposable {
    this.#listeners.add(hear);
    if (this.#reading === undefined) void this.#read((this.#reading = new AbortController()));
    else if (this.#open) queueMicrotask(() => this.#listeners.has(hear) && hear({ kind: "resync" }));
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(hear);
        if (this.#listeners.size === 0) this.#close();
      },
    };
  }
  async #read(control: AbortController): Promise<void> {
    const { signal } = control;
    const filters = JSON.stringify({ type: ["container"], label: [`${label.owner}=${this.#owner}`], event: wanted });
    try {
      const body = await this.#engine.stream("events", signal, { path: "/events", query: { filters } });
      try {
        if (signal.aborted) return;
        this.#open = true;
        this.#tell({ kind: "resync" });
        for await (const event of readJsonLines(body)) this.#hear(event as NativeEvent);
        throw new LongshoreError("the engine's events ended", { code: "unavailable", operation: "watch" });
      } finally {
        body.destroy();
      }
    } catch (error) {
      if (this.#reading !== control) return;
      this.#close();
      this.#tell({ kind: "broken", error });
      this.#listeners.clear();
    }
  }
  #hear({ Action, Actor }: NativeEvent): void {
    const id = Actor.Attributes[label.id];
    const service = Actor.Attributes[label.kind] === "service";
    if (id !== undefined) this.#tell({ kind: "event", id: id as WorkloadId, container: Actor.ID, action: Action, service });
  }
  #tell(news: EngineNews): void {
    for (const hear of [...this.#listeners]) hear(news);
  }
  #close(): void {
    this.#reading?.abort();
    this.#reading = undefined;
    this.#open = false;
  }
  [Symbol.dispose](): void {
    this.#listeners.clear();
    this.#close();
  }
}
