import {
  RunTaskCommand,
  type RunTaskCommandInput,
  type RunTaskCommandOutput,
  StopTaskCommand,
  type Task as EcsTask,
} from "@aws-sdk/client-ecs";
import type { Owner, WorkloadId } from "@longshore/core";
import { gather } from "@longshore/core/driver";
import type { EcsApi } from "./ecs-api.ts";
import { isOver } from "./map-task-state.ts";
import { startedBy } from "./native-names.ts";
import { groupOf, type Record } from "./records.ts";

export interface Found {
  readonly record: Record;
  readonly task: EcsTask;
}
/** What a task says of its record. */
const bearingOf = ({ startedBy: by, group }: EcsTask): string => `${by} ${group}`;
/** Looks that are asked for within this time are one call. */
const gatherMs = 20;
/** More records than this are looked for by their families. */
const fewRecords = 3;

/** Tasks of ECS, and which record each belongs to. */
export class Tasks {
  /** By its ARN: one look for all that ask for one now. Undefined where ECS does not know it, yet or any more. */
  readonly look: (arn: string, signal: AbortSignal) => Promise<EcsTask | undefined>;
  readonly #api: EcsApi;
  readonly #owner: Owner;
  /** By a record's group: the task's ARN. */
  readonly #arns = new Map<string, string>();
  readonly #ended = new Map<string, EcsTask>();
  readonly #known = new Map<WorkloadId, Record>();

  constructor(api: EcsApi, owner: Owner) {
    this.#api = api;
    this.#owner = owner;
    this.look = gather(gatherMs, async (arns, shared) => {
      const found = await api.describe(arns, shared);
      return new Map(found.map((task) => [task.taskArn ?? "", task]));
    });
  }
  remember(record: Record, { taskArn }: EcsTask): void {
    if (taskArn === undefined) return;
    this.#arns.set(this.#key(record), taskArn);
    this.#known.set(record.id, record);
  }
  forget(record: Record): void {
    this.#arns.delete(this.#key(record));
    this.#ended.delete(this.#key(record));
    this.#known.delete(record.id);
  }
  /** What an event told of a task's end, for when ECS has forgotten it. */
  keep(task: EcsTask): void {
    if (isOver(task)) this.#ended.set(bearingOf(task), task);
  }
  /** Of a task that was seen here. */
  idOf(taskId: string): WorkloadId | undefined {
    return [...this.#known.values()].find((record) => this.arnOf(record)?.endsWith(`/${taskId}`))?.id;
  }
  arnOf(record: Record): string | undefined {
    return this.#arns.get(this.#key(record));
  }
  async find(record: Record, signal: AbortSignal): Promise<EcsTask | undefined> {
    return (await this.of([record], signal)).get(record);
  }
  /** Of those that were seen here before, what still runs: nobody can have removed it. */
  async live(ids: readonly WorkloadId[], signal: AbortSignal): Promise<ReadonlyMap<WorkloadId, Found>> {
    const known = ids.flatMap((id) => this.#known.get(id) ?? []);
    const looks = known.map(async (record) => [record, await this.look(this.arnOf(record) ?? "", signal)] as const);
    const seen = await Promise.all(looks);
    const live = seen.flatMap(([record, task]) => (task?.desiredStatus === "RUNNING" && !isOver(task) ? [{ record, task }] : []));
    return new Map(live.map((one) => [one.record.id, one]));
  }
  /** As they are now. Those that nobody here has seen before are looked for by what they bear. */
  async of(records: readonly Record[], signal: AbortSignal): Promise<ReadonlyMap<Record, EcsTask>> {
    const known = records.flatMap((record) => this.arnOf(record) ?? []);
    const seen = known.length === 0 ? [] : await Promise.all(known.map((arn) => this.look(arn, signal)));
    const found = this.#match(
      records,
      seen.flatMap((task) => task ?? []),
    );
    const others = records.filter((record) => !found.has(record));
    if (others.length === 0) return found;
    const searched = this.#match(others, await this.#search(others, signal));
    const forgotten = others.filter((record) => !searched.has(record));
    return new Map([...found, ...searched, ...this.#match(forgotten, [...this.#ended.values()])]);
  }
  /** Those that run, whatever record they belong to. */
  async strays(id: Record["id"], signal: AbortSignal): Promise<readonly EcsTask[]> {
    const arns = await this.#api.listTasks({ startedBy: startedBy(this.#owner, id) }, signal);
    return this.#api.describe(arns, signal);
  }
  async run(input: RunTaskCommandInput, signal: AbortSignal): Promise<RunTaskCommandOutput> {
    return this.#api.call("RunTask", signal, (options) => this.#api.ecs.send(new RunTaskCommand(input), options));
  }
  async stop(task: string, reason: string, signal: AbortSignal): Promise<void> {
    const command = new StopTaskCommand({ cluster: this.#api.cluster, task, reason });
    await this.#api.call("StopTask", signal, (options) => this.#api.ecs.send(command, options));
  }
  /** `startedBy` finds only what is to run, and with nothing beside it; what is to be stopped is found by its family. */
  async #search(records: readonly Record[], signal: AbortSignal): Promise<readonly EcsTask[]> {
    const families = [...new Set(records.map(({ family }) => family))];
    const live =
      records.length > fewRecords
        ? families.map((family) => ({ family, desiredStatus: "RUNNING" as const }))
        : records.map(({ id }) => ({ startedBy: startedBy(this.#owner, id) }));
    const running = await this.#collect(live, signal);
    const missing = records.filter((record) => !this.#match([record], running).has(record));
    const ended = [...new Set(missing.map(({ family }) => family))];
    const stopped = await this.#collect(
      ended.map((family) => ({ family, desiredStatus: "STOPPED" as const })),
      signal,
    );
    return [...running, ...stopped];
  }
  async #collect(filters: Parameters<EcsApi["listTasks"]>[0][], signal: AbortSignal): Promise<readonly EcsTask[]> {
    const lists = await Promise.all(filters.map((filter) => this.#api.listTasks(filter, signal)));
    return this.#api.describe([...new Set(lists.flat())], signal);
  }
  #match(records: readonly Record[], tasks: readonly EcsTask[]): Map<Record, EcsTask> {
    const byKey = new Map(tasks.map((task) => [bearingOf(task), task]));
    const found = new Map<Record, EcsTask>();
    for (const record of records) {
      const task = byKey.get(this.#key(record));
      if (task === undefined) continue;
      found.set(record, task);
      this.remember(record, task);
    }
    return found;
  }
  #key(record: Record): string {
    return `${startedBy(this.#owner, record.id)} ${groupOf(record)}`;
  }
}
