import type { AwsCall } from "../aws/aws-service.ts";
import type { Faults } from "../faults.ts";
import { TokenBucket } from "../token-bucket.ts";
import { clusterIdentity } from "./cluster-identity.ts";
import { type ClusterRecord, newCluster } from "./cluster-record.ts";
import { clusterNotFound } from "./ecs-errors.ts";
import { type EcsPlace, idOf } from "./ecs-place.ts";
import type { ExistingResources } from "./existing-resources.ts";
import { fargateLaunchRate } from "./ecs-rates.ts";
import { fargateProviders } from "./place-tasks.ts";
import type { ServiceScheduler } from "./service-scheduler.ts";
import { Sessions } from "./sessions.ts";
import { TaskDefinitions } from "./task-definitions.ts";
import { newTask, type TaskRecord, type TaskRequest } from "./task-record.ts";
import { type StopCause, TaskRun } from "./task-run.ts";
import type { TaskWorld } from "./task-world.ts";

/** All of one account in one region. */
export interface EcsRegion {
  readonly place: EcsPlace;
  readonly clusters: Map<string, ClusterRecord>;
  readonly definitions: TaskDefinitions;
  /** By principal and name. */
  readonly settings: Map<string, string>;
  readonly launches: TokenBucket;
}

export interface EcsStateOptions {
  readonly world: TaskWorld;
  /** Asked for the faults of what services launch. */
  readonly faults: Faults;
  /** Whether documented rates are kept to. */
  readonly quotas: boolean;
  readonly existing: ExistingResources;
}

/** Everything that the emulated ECS knows, and the tasks that it runs. */
export class EcsState {
  readonly world: TaskWorld;
  readonly faults: Faults;
  readonly quotas: boolean;
  readonly existing: ExistingResources;
  readonly sessions: Sessions;
  /** By the ARNs of services. */
  readonly schedulers: Map<string, ServiceScheduler> = new Map();
  readonly #regions = new Map<string, EcsRegion>();
  readonly #runs = new Map<string, TaskRun>();
  #sequence = 0;

  constructor({ world, faults, quotas, existing }: EcsStateOptions) {
    this.world = world;
    this.sessions = new Sessions(world.clock);
    this.faults = faults;
    this.quotas = quotas;
    this.existing = existing;
  }

  /** Grows with every call. */
  nextSequence(): number {
    return ++this.#sequence;
  }

  region({ account, region }: EcsPlace): EcsRegion {
    const key = `${account}/${region}`;
    const known = this.#regions.get(key);
    if (known) return known;
    const place = { account, region };
    const launches = new TokenBucket(this.world.clock, fargateLaunchRate);
    const made: EcsRegion = {
      place,
      clusters: new Map(),
      definitions: new TaskDefinitions(place),
      settings: new Map(),
      launches,
    };
    // Every account has one.
    const usual = newCluster(clusterIdentity(place, "default"));
    usual.capacityProviders = fargateProviders;
    made.clusters.set(usual.name, usual);
    this.#regions.set(key, made);
    return made;
  }

  /** The active cluster of a name or an ARN; `default` where none is given. @throws ClusterNotFoundException */
  cluster(call: AwsCall, name = "default"): ClusterRecord {
    const found = this.region(call).clusters.get(idOf("cluster", name) ?? "");
    if (found?.status !== "ACTIVE" || (name.startsWith("arn:") && name !== found.arn)) throw clusterNotFound();
    return found;
  }

  /** Starts a task. `changed` is told of everything that becomes of it. */
  launch(cluster: ClusterRecord, request: TaskRequest, changed: () => void = () => {}): TaskRecord {
    const task = newTask(cluster, request, { at: this.world.clock.now(), sequence: this.nextSequence() });
    cluster.tasks.set(task.id, task);
    const run = new TaskRun(task, this.world, changed);
    this.#runs.set(task.id, run);
    // It rejects when the emulator closes, which nobody is told of any more.
    void run.run().then(
      () => this.#runs.delete(task.id),
      () => {},
    );
    return task;
  }

  stop(task: TaskRecord, cause: StopCause): void {
    this.#runs.get(task.id)?.stop(cause);
  }

  /** Starts nothing any more. What runs is left to the engine, which is disposed of by whoever made it. */
  close(): void {
    this.sessions.close();
    for (const scheduler of this.schedulers.values()) scheduler.close();
  }
}
