import { clientError } from "./ecs-errors.ts";
import { type EcsPlace, pathOf } from "./ecs-place.ts";
import type { RegisterTaskDefinitionInput } from "./ecs-shapes.ts";
import { newTaskDefinition, type TaskDefinitionRecord } from "./task-definition-record.ts";
import { taskDefinitionProblem } from "./task-definition-problem.ts";

interface Family {
  /** Never goes back, also when revisions are deleted. */
  lastRevision: number;
  readonly revisions: Map<number, TaskDefinitionRecord>;
}

const notFound = () => clientError("Unable to describe task definition.");

/** The task definitions of one account in one region. */
export class TaskDefinitions {
  readonly #place: EcsPlace;
  readonly #families = new Map<string, Family>();

  constructor(place: EcsPlace) {
    this.#place = place;
  }

  /** @throws ClientException for what cannot be registered. */
  register(input: RegisterTaskDefinitionInput, at: number): TaskDefinitionRecord {
    const problem = taskDefinitionProblem(input);
    if (problem !== undefined) throw clientError(problem);
    const family = this.#families.get(input.family) ?? { lastRevision: 0, revisions: new Map() };
    const record = newTaskDefinition(input, { place: this.#place, revision: family.lastRevision + 1, at });
    family.lastRevision++;
    family.revisions.set(record.revision, record);
    this.#families.set(input.family, family);
    return record;
  }

  /** By `family`, which is its last active revision, `family:revision` or ARN. @throws ClientException where there is none. */
  find(name: string): TaskDefinitionRecord {
    const [family = "", revision] = (pathOf("task-definition", name) ?? "").split(":");
    const revisions = this.#families.get(family)?.revisions;
    if (revision !== undefined && !/^[1-9]\d*$/.test(revision)) throw clientError("Invalid revision number.");
    const found =
      revision === undefined
        ? [...(revisions?.values() ?? [])].findLast(({ status }) => status === "ACTIVE")
        : revisions?.get(Number(revision));
    if (!found) throw notFound();
    return found;
  }

  /** Like `find`, for something new: only an active one will do. */
  findActive(name: string): TaskDefinitionRecord {
    let found: TaskDefinitionRecord;
    try {
      found = this.find(name);
    } catch {
      throw clientError("TaskDefinition not found.");
    }
    if (found.status !== "ACTIVE") throw clientError("TaskDefinition is inactive");
    return found;
  }

  all(): readonly TaskDefinitionRecord[] {
    return [...this.#families.values()].flatMap(({ revisions }) => [...revisions.values()]);
  }

  /** Forgets those whose deletion was asked for, once nothing uses them any more. */
  purge(inUse: (record: TaskDefinitionRecord) => boolean): void {
    for (const { revisions } of this.#families.values())
      for (const record of revisions.values())
        if (record.status === "DELETE_IN_PROGRESS" && !inUse(record)) revisions.delete(record.revision);
  }
}
