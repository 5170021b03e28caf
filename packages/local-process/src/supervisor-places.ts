import { join } from "node:path";
import { NumberedRecords } from "./numbered-records.ts";
import { isAlive, type ProcessIdentity } from "./process-identity.ts";

/** What supervisors of different versions cannot tell each other. Each version has turns of its own. */
const version = "v1";

/** One supervisor's term of office: while that process lives, it is the one to ask. */
export interface Turn {
  readonly number: number;
  readonly holder: ProcessIdentity;
}

/** Where the supervisor of one owner's workloads is found. */
export class SupervisorPlaces {
  readonly folder: string;
  readonly turns: NumberedRecords<ProcessIdentity>;

  constructor(owned: string) {
    this.folder = join(owned, ".supervisor");
    this.turns = new NumberedRecords(this.folder, version, "quick");
  }
  /** Relative to the folder. */
  socket(turn: number): string {
    return `${version}-${turn}.sock`;
  }
  pipes(turn: number): string {
    return join(this.folder, `${version}-${turn}.pipes`);
  }
  /** What a supervisor complains of. */
  get complaints(): string {
    return join(this.folder, "complaints");
  }
  /** The turn of one who lives. */
  current(): Turn | undefined {
    const newest = this.turns.newest();
    return newest !== undefined && isAlive(newest.value) ? { number: newest.number, holder: newest.value } : undefined;
  }
}
