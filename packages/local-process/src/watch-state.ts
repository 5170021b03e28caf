import { watch } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { type Change, isWorkloadId, type WorkloadId } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { Orphans } from "./orphans.ts";
import type { TaskPlaces } from "./task-places.ts";

/** A look at one process, and at those that have no supervisor any more. */
const lookEveryMs = 1_000;

/**
 * One watch for all tasks of an owner, whoever started them: each has a note that is touched when there is something to
 * see. Begins with a resync once it is listening. Throws when it breaks.
 */
export async function* watchState(places: TaskPlaces, { signal }: Call): AsyncGenerator<Change, void, void> {
  await mkdir(places.changes, { recursive: true, mode: 0o700 });
  const changed = new Set<WorkloadId>();
  const orphans = new Orphans(places);
  let missed = false;
  let wake = (): void => {};
  let broken: unknown;
  using watcher = disposable(watch(places.changes, { persistent: false }));
  watcher.on("change", (_kind, name) => {
    if (isWorkloadId(name)) changed.add(name);
    wake();
  });
  watcher.on("error", (error) => {
    broken = error;
    wake();
  });
  const stop = (): void => wake();
  // A supervisor that is killed tells nobody.
  const timer = setInterval(() => {
    const found = orphans.look();
    missed ||= found === "all";
    if (found !== "all") for (const id of found) changed.add(id);
    if (missed || changed.size > 0) wake();
  }, lookEveryMs).unref();
  signal.addEventListener("abort", stop);
  try {
    yield { kind: "resync" };
    while (!signal.aborted) {
      if (broken !== undefined) throw broken;
      if (missed) {
        missed = false;
        yield { kind: "resync" };
      }
      for (const id of changed) {
        changed.delete(id);
        yield { kind: (await isThere(places.task(id))) ? "changed" : "removed", id };
      }
      if (changed.size === 0 && !missed && broken === undefined && !signal.aborted)
        await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    clearInterval(timer);
    signal.removeEventListener("abort", stop);
  }
}

const disposable = <T extends { close(): void }>(closeable: T): T & Disposable =>
  Object.assign(closeable, { [Symbol.dispose]: () => closeable.close() });

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
