import type { Clock } from "../clock.ts";
import { failureThreshold } from "./circuit-breaker.ts";
import { type DeploymentRecord, newDeployment } from "./deployment-record.ts";
import { healthOf } from "./describe-task.ts";
import type { EcsDelays } from "./ecs-delays.ts";
import { nextServiceStep, type TaskView } from "./next-service-step.ts";
import { addEvent, deploy, type ServiceRecord, tasksOf } from "./service-record.ts";
import type { TaskRecord } from "./task-record.ts";
import type { StopCause } from "./task-run.ts";

export interface SchedulerHost {
  readonly clock: Clock;
  readonly delays: EcsDelays;
  /** Launches tasks of a deployment; fewer, and why, where there is no capacity. */
  launch(service: ServiceRecord, deployment: DeploymentRecord, count: number): { tasks: readonly TaskRecord[]; problem?: string };
  stop(task: TaskRecord, cause: StopCause): void;
}

/** Percentages of a service that says none. */
const defaults = { minimumHealthyPercent: 100, maximumPercent: 200 };

/** Keeps one service at as many tasks as it should have, of the deployment that it should have them of. */
export class ServiceScheduler {
  readonly service: ServiceRecord;
  readonly #host: SchedulerHost;
  readonly #closed = new AbortController();
  /** Tasks whose start or end has been counted. */
  readonly #counted = new WeakSet<TaskRecord>();
  #turning = false;
  #launchesAt = 0;

  constructor(service: ServiceRecord, host: SchedulerHost) {
    this.service = service;
    this.#host = host;
  }

  /** Something has changed: what is to be done is done soon. */
  wake(): void {
    if (this.#turning || this.#closed.signal.aborted) return;
    this.#turning = true;
    setImmediate(() => {
      this.#turning = false;
      if (!this.#closed.signal.aborted) this.#turn();
    });
  }

  close(): void {
    this.#closed.abort(new Error("the service is gone"));
  }

  #turn(): void {
    const service = this.service;
    this.#countEnded();
    for (const deployment of service.deployments) this.#countHealthy(deployment);
    if (service.status === "DRAINING") return this.#drain();
    this.#breakCircuit();
    this.#step();
    this.#settle();
  }

  /** Whether a task counts as one that does what it should; looked at again when it might. */
  #isHealthy(task: TaskRecord): boolean {
    if (task.lastStatus !== "RUNNING" || task.startedAt === undefined) return false;
    if (task.containers.some(({ definition }) => definition.essential && definition.healthCheck))
      return healthOf(task) === "HEALTHY";
    const left = task.startedAt + this.#host.delays.settle - this.#host.clock.now();
    if (left > 0) this.#wakeIn(left);
    return left <= 0;
  }

  #wakeIn(ms: number): void {
    this.#host.clock.sleep(ms, this.#closed.signal).then(
      () => this.wake(),
      () => {},
    );
  }

  #countEnded(): void {
    const { clock, delays } = this.#host;
    for (const task of this.service.tasks) {
      if (healthOf(task) === "UNHEALTHY" && task.desiredStatus === "RUNNING") {
        this.#host.stop(task, { code: "ServiceSchedulerInitiated", reason: "Task failed container health checks" });
        this.#countFailure(task);
      }
      if (task.desiredStatus === "STOPPED" && task.stopCode !== "ServiceSchedulerInitiated" && !this.#counted.has(task)) {
        this.#countFailure(task);
        this.#launchesAt = clock.now() + delays.restart;
        this.#wakeIn(delays.restart);
      }
      if (task.stoppedAt !== undefined) this.service.tasks.delete(task);
    }
  }

  #countFailure(task: TaskRecord): void {
    const deployment = this.service.deployments.find(({ id }) => id === task.request.startedBy);
    if (deployment?.rolloutState === "IN_PROGRESS" && !this.#counted.has(task)) deployment.failedTasks++;
    this.#counted.add(task);
  }

  #countHealthy(deployment: DeploymentRecord): void {
    const reset = this.service.configuration.deploymentCircuitBreaker?.resetOnHealthyTask ?? true;
    for (const task of tasksOf(this.service, deployment)) {
      if (task.desiredStatus === "STOPPED" || !this.#isHealthy(task) || this.#counted.has(task)) continue;
      // What becomes of it from now on is no failure to start.
      if (reset) deployment.failedTasks = 0;
      this.#counted.add(task);
    }
  }

  #breakCircuit(): void {
    const service = this.service;
    const [primary] = service.deployments;
    const threshold = failureThreshold(service.configuration, service.desiredCount);
    if (!primary || primary.rolloutState !== "IN_PROGRESS" || threshold === undefined || primary.failedTasks < threshold) return;
    const at = this.#host.clock.now();
    const before = service.history.find(({ rolloutState }) => rolloutState === "COMPLETED");
    primary.rolloutState = "FAILED";
    primary.rolloutStateReason = "ECS deployment circuit breaker: tasks failed to start.";
    primary.updatedAt = at;
    primary.finishedAt = at;
    addEvent(service, at, `(deployment ${primary.id}) deployment failed: tasks failed to start.`);
    if (!service.configuration.deploymentCircuitBreaker?.rollback || !before || primary.rollbackOf) return;
    const back = newDeployment(before.launch, at, primary);
    deploy(service, back);
    addEvent(service, at, `rolling back to deployment ${back.id}.`);
  }

  #step(): void {
    const service = this.service;
    const { clock } = this.#host;
    const [primary, ...others] = service.deployments;
    if (!primary) return;
    const staying = (deployment: DeploymentRecord): readonly TaskRecord[] =>
      tasksOf(service, deployment).filter(({ desiredStatus }) => desiredStatus === "RUNNING");
    const view = (tasks: readonly TaskRecord[]): readonly TaskView[] =>
      tasks.map((task) => ({ id: task.id, healthy: this.#isHealthy(task) }));
    const { launch, stop } = nextServiceStep({
      ...defaults,
      ...service.configuration,
      desired: service.desiredCount,
      mayLaunch: primary.rolloutState !== "FAILED",
      primary: view(staying(primary)),
      others: view(others.flatMap(staying)),
      stopping: [...service.tasks].filter(({ desiredStatus }) => desiredStatus === "STOPPED").length,
    });
    const leaving = [...service.tasks].filter(({ id }) => stop.includes(id));
    for (const task of leaving) {
      const reason = `Scaling activity initiated by (deployment ${primary.id})`;
      this.#host.stop(task, { code: "ServiceSchedulerInitiated", reason });
    }
    if (leaving.length > 0) addEvent(service, clock.now(), `has stopped ${describe(leaving)}.`);
    if (launch > 0 && clock.now() >= this.#launchesAt) this.#launch(primary, launch);
  }

  #launch(deployment: DeploymentRecord, count: number): void {
    const service = this.service;
    const { clock, delays } = this.#host;
    const { tasks, problem } = this.#host.launch(service, deployment, count);
    for (const task of tasks) service.tasks.add(task);
    if (tasks.length > 0) addEvent(service, clock.now(), `has started ${describe(tasks)}.`);
    if (problem === undefined) return;
    addEvent(service, clock.now(), `was unable to place a task. Reason: ${problem}.`);
    if (deployment.rolloutState === "IN_PROGRESS") deployment.failedTasks++;
    this.#launchesAt = clock.now() + delays.restart;
    this.#wakeIn(delays.restart);
  }

  /** The rollout is over once only the primary deployment is left, with all its tasks healthy. */
  #settle(): void {
    const service = this.service;
    const at = this.#host.clock.now();
    const [primary, ...others] = service.deployments;
    if (!primary) return;
    for (const other of others)
      if (tasksOf(service, other).length === 0 && primary.rolloutState !== "FAILED") other.status = "INACTIVE";
    service.deployments = service.deployments.filter(({ status }) => status !== "INACTIVE");
    const tasks = tasksOf(service, primary).filter((task) => this.#isHealthy(task));
    if (primary.rolloutState !== "IN_PROGRESS" || service.deployments.length > 1 || tasks.length < service.desiredCount) return;
    primary.rolloutState = "COMPLETED";
    primary.rolloutStateReason = `ECS deployment ${primary.id} completed.`;
    primary.updatedAt = at;
    primary.finishedAt = at;
    addEvent(service, at, `(deployment ${primary.id}) deployment completed.`);
    addEvent(service, at, "has reached a steady state.");
  }

  #drain(): void {
    const service = this.service;
    const cause: StopCause = {
      code: "ServiceSchedulerInitiated",
      reason: `Scaling activity initiated by (service ${service.name})`,
    };
    for (const task of service.tasks) if (task.desiredStatus === "RUNNING") this.#host.stop(task, cause);
    // Documented: it is over once all its tasks are on their way out, not only when they have gone.
    if ([...service.tasks].some(({ lastStatus }) => !["STOPPING", "DEPROVISIONING", "STOPPED"].includes(lastStatus))) return;
    service.status = "INACTIVE";
    for (const deployment of service.deployments) deployment.status = "INACTIVE";
    service.deployments = [];
    this.close();
  }
}

const describe = (tasks: readonly TaskRecord[]): string =>
  `${tasks.length} tasks: ${tasks.map(({ id }) => `(task ${id})`).join(" ")}`;
