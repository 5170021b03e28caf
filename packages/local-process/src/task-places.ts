import { join } from "node:path";
import type { Owner, WorkloadId } from "@longshore/core";

/** Where the tasks of one owner live. */
export class TaskPlaces {
  readonly owner: Owner;
  /** Holds one folder for each task, under its id. */
  readonly folder: string;
  /** Holds a file for each task, touched whenever there is something to look at: one watch serves all. */
  readonly changes: string;

  constructor(stateDir: string, owner: Owner) {
    this.owner = owner;
    this.folder = join(stateDir, owner);
    this.changes = join(this.folder, ".changes");
  }
  task(id: WorkloadId): string {
    return join(this.folder, id);
  }
}
