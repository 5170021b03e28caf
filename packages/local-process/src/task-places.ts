import { join } from "node:path";
import type { Owner, WorkloadId } from "@longshore/core";
import { SupervisorPlaces } from "./supervisor-places.ts";

/** Where the tasks of one owner live. */
export class TaskPlaces {
  readonly owner: Owner;
  /** Holds one folder for each task, under its id. */
  readonly folder: string;
  /** Holds a file for each task, touched whenever there is something to look at: one watch serves all. */
  readonly changes: string;
  readonly supervisor: SupervisorPlaces;

  constructor(stateDir: string, owner: Owner) {
    this.owner = owner;
    this.folder = join(stateDir, owner);
    this.changes = join(this.folder, ".changes");
    this.supervisor = new SupervisorPlaces(this.folder);
  }
  task(id: WorkloadId): string {
    return join(this.folder, id);
  }
}
