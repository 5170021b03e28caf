import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { isWorkloadId, type WorkloadId } from "@longshore/core";
import { isAlive } from "./process-identity.ts";
import { readRecord } from "./read-record.ts";
import type { Turn } from "./supervisor-places.ts";
import type { TaskPlaces } from "./task-places.ts";
import { type ClaimRecord, type StartedRecord, taskFiles } from "./task-record.ts";

/** Tasks whose supervisor was killed: nobody tells of their end, so it is looked for. And of a service, that nobody keeps it. */
export class Orphans {
  readonly #places: TaskPlaces;
  #turn: Turn | undefined;
  #looked = false;
  #tasks: readonly WorkloadId[] = [];

  /** Reads nothing: most who wait have their answer before the first look. */
  constructor(places: TaskPlaces) {
    this.#places = places;
  }
  /** `"all"` where a supervisor may have gone since the last look, else the tasks whose program has ended. */
  look(): "all" | readonly WorkloadId[] {
    const turn = this.#places.supervisor.current();
    const gone = !this.#looked || (this.#turn !== undefined && turn?.number !== this.#turn.number);
    this.#looked = true;
    this.#turn = turn;
    if (gone) this.#tasks = this.#find();
    else if (this.#tasks.length > 0) this.#tasks = this.#tasks.filter((id) => !this.#has(id, taskFiles.exit));
    return gone ? "all" : this.#tasks.filter((id) => !this.#runs(id));
  }
  #find(): readonly WorkloadId[] {
    const ids = readdirSync(this.#places.folder).filter(isWorkloadId);
    return ids.filter((id) => {
      const claim = this.#read<ClaimRecord>(id, taskFiles.claim);
      return claim !== undefined && !isAlive(claim) && !this.#has(id, taskFiles.exit);
    });
  }
  #runs(id: WorkloadId): boolean {
    const started = this.#read<StartedRecord>(id, taskFiles.started);
    return started !== undefined && isAlive(started.program);
  }
  #has(id: WorkloadId, file: string): boolean {
    return existsSync(join(this.#places.task(id), file));
  }
  /** One that is damaged tells nothing. */
  #read<T>(id: WorkloadId, file: string): T | undefined {
    try {
      return readRecord<T>(join(this.#places.task(id), file));
    } catch {
      return undefined;
    }
  }
}
