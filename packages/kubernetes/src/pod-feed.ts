import { readJsonLines } from "@longshore/core/driver";
import type { V1Pod } from "./objects.ts";
import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { Cluster } from "./cluster.ts";
import { label } from "./object-names.ts";
import type { Pods } from "./pods.ts";

/** `open`: the watch runs from here on; what came before is not in it. `broken`: nothing more is heard; listen anew. */
export type PodNews =
  | { readonly kind: "changed" | "removed"; readonly id: WorkloadId; readonly pod: V1Pod }
  | { readonly kind: "open" }
  | { readonly kind: "broken"; readonly error: unknown };
type Hear = (news: PodNews) => void;

interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: V1Pod & { readonly message?: string };
}
/** The API server ends a watch after this long, and it is opened again: a connection that died unnoticed does not last. */
const watchSeconds = 240;
const lingerMs = 2_000;

/** One watch for all of an owner's pods and all who listen: open from the first to the last of them. */
export class PodFeed implements Disposable {
  readonly #cluster: Cluster;
  readonly #pods: Pods;
  readonly #listeners = new Set<Hear>();
  /** As last heard of, for who begins to listen later. */
  readonly #known = new Map<WorkloadId, V1Pod>();
  #reading: AbortController | undefined;
  #open = false;

  constructor(cluster: Cluster, pods: Pods) {
    this.#cluster = cluster;
    this.#pods = pods;
  }
  listen(hear: Hear): Disposable {
    this.#listeners.add(hear);
    if (this.#reading === undefined) void this.#read((this.#reading = new AbortController()));
    else if (this.#open) queueMicrotask(() => this.#catchUp(hear));
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(hear);
        if (this.#listeners.size === 0) this.#linger();
      },
    };
  }
  #catchUp(hear: Hear): void {
    if (this.#listeners.has(hear)) hear({ kind: "open" });
    for (const [id, pod] of this.#known) if (this.#listeners.has(hear)) hear({ kind: "changed", id, pod });
  }
  async #read(control: AbortController): Promise<void> {
    try {
      await this.#watch(control.signal);
      throw new LongshoreError("the watch ended", { code: "unavailable", operation: "watch" });
    } catch (error) {
      if (this.#reading !== control) return;
      this.#close();
      this.#tell({ kind: "broken", error });
      this.#listeners.clear();
    }
  }
  /** Without a version to begin with the server tells of all there are first: a list and a watch in one. */
  async #watch(signal: AbortSignal): Promise<void> {
    const query = { watch: true, labelSelector: this.#pods.selector, timeoutSeconds: watchSeconds };
    const path = `/api/v1/namespaces/${this.#cluster.namespace}/pods`;
    const body = await this.#cluster.stream("pod watch", signal, { path, query });
    try {
      if (signal.aborted) return;
      this.#open = true;
      this.#tell({ kind: "open" });
      for await (const event of readJsonLines(body, toDates)) this.#hear(event as WatchEvent);
    } finally {
      body.destroy();
    }
  }
  #hear({ type, object }: WatchEvent): void {
    if (type === "BOOKMARK") return;
    if (type === "ERROR") throw new LongshoreError(object.message ?? "410", { code: "unavailable", operation: "watch" });
    const id = object.metadata?.labels?.[label.id] as WorkloadId | undefined;
    if (id === undefined) return;
    delete object.metadata?.managedFields;
    if (type === "DELETED") this.#known.delete(id);
    else this.#known.set(id, object);
    this.#tell({ kind: type === "DELETED" ? "removed" : "changed", id, pod: object });
  }
  /** Whoever waits for a start waits for the end next: the watch stays open between the two. */
  #linger(): void {
    const reading = this.#reading;
    const leave = (): void => {
      if (this.#listeners.size === 0 && this.#reading === reading) this.#close();
    };
    setTimeout(leave, lingerMs).unref();
  }
  #tell(news: PodNews): void {
    for (const hear of [...this.#listeners]) hear(news);
  }
  #close(): void {
    this.#reading?.abort();
    this.#reading = undefined;
    this.#open = false;
    this.#known.clear();
  }
  [Symbol.dispose](): void {
    this.#listeners.clear();
    this.#close();
  }
}

const timeKeys = new Set([
  "creationTimestamp",
  "deletionTimestamp",
  "startTime",
  "startedAt",
  "finishedAt",
  "lastTransitionTime",
]);
/** As the client makes them of other answers. */
const toDates = (key: string, value: unknown): unknown =>
  typeof value === "string" && timeKeys.has(key) ? new Date(value) : (value ?? undefined);
