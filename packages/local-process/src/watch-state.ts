import { type FSWatcher, watch } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { type Change, isWorkloadId, type WorkloadId } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { Orphans } from "./orphans.ts";
import type { TaskPlaces } from "./task-places.ts";

/** A look at one process, and at those that have no supervisor any more. */
const lookEveryMs = 1_000;

/**
 * One watch for all workloads of an owner, whoever started them: each has a note that is touched when there is something to
 * see. Begins with a resync once it is listening. Throws when it breaks.
 */
export async function* watchState(places: TaskPlaces, { signal }: Call): AsyncGenerator<Change, void, void> {
  await mkdir(places.changes, { recursive: true, mode: 0o700 });
  using notes = new Notes(places);
  const stop = (): void => notes.wake();
  signal.addEventListener("abort", stop);
  try {
    yield { kind: "resync" };
    while (!signal.aborted) {
      const found = notes.take();
      if (found.missed) yield { kind: "resync" };
      for (const id of found.changed) yield { kind: (await isThere(places.task(id))) ? "changed" : "removed", id };
      if (!signal.aborted) await notes.more();
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** What has changed and was not taken yet. */
class Notes implements Disposable {
  readonly #watcher: FSWatcher;
  readonly #timer: NodeJS.Timeout;
  readonly #changed = new Set<WorkloadId>();
  #missed = false;
  #woken = Promise.withResolvers<void>();
  #broken: { readonly error: unknown } | undefined;

  constructor(places: TaskPlaces) {
    this.#watcher = watch(places.changes, { persistent: false });
    this.#watcher.on("change", (_kind, name) => {
      if (isWorkloadId(name)) this.#changed.add(name);
      this.wake();
    });
    this.#watcher.on("error", (error) => {
      this.#broken = { error };
      this.wake();
    });
    const orphans = new Orphans(places);
    // A supervisor that is killed tells nobody.
    this.#timer = setInterval(() => this.#add(orphans.look()), lookEveryMs).unref();
  }
  wake(): void {
    this.#woken.resolve();
  }
  more(): Promise<void> {
    return this.#woken.promise;
  }
  take(): { readonly missed: boolean; readonly changed: readonly WorkloadId[] } {
    if (this.#broken !== undefined) throw this.#broken.error;
    const taken = { missed: this.#missed, changed: [...this.#changed] };
    this.#missed = false;
    this.#changed.clear();
    this.#woken = Promise.withResolvers();
    return taken;
  }
  #add(found: ReturnType<Orphans["look"]>): void {
    if (found === "all") this.#missed = true;
    else for (const id of found) this.#changed.add(id);
    if (found.length > 0) this.wake();
  }
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#watcher.close();
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
