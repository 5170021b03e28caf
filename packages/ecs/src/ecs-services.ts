import {
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteServiceCommand,
  DescribeServicesCommand,
  type Service as EcsService,
  type Task as EcsTask,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
} from "@aws-sdk/client-ecs";
import type { Owner, WorkloadId } from "@longshore/core";
import { type DriverInspection, retry } from "@longshore/core/driver";
import { classifyEcsError, errorName, isBroken } from "./classify-ecs-error.ts";
import type { Definitions } from "./definitions.ts";
import { type EcsApi, unlessNamed } from "./ecs-api.ts";
import { mapService, type SeenService } from "./map-ecs-service.ts";
import { type Record, tokenOf } from "./records.ts";
import { serviceName } from "./to-ecs-request.ts";

/** CreateService takes a shorter token than RunTask (service model). */
const tokenLength = 36;
/** As other calls are made whose answer broke off. */
const redeployAttempts = 3;
/** A name is free again once the service before it has drained: with the pauses about half a minute. */
const drainingAttempts = 12;
const isDraining = (error: unknown): boolean => /draining/i.test((error as Error).message ?? "");
/** What ECS says where the name has an active service already. */
const isThere = (error: unknown): boolean =>
  errorName(error) === "InvalidParameterException" && /idempotent|already exists/i.test((error as Error).message);

/** Services of ECS: each call of its API that speaks of one. */
export class EcsServices {
  readonly #api: EcsApi;
  readonly #definitions: Definitions;
  readonly #owner: Owner;

  constructor(api: EcsApi, definitions: Definitions, owner: Owner) {
    this.#api = api;
    this.#definitions = definitions;
    this.#owner = owner;
  }
  /** Undefined where there is none, or one that was deleted. */
  async describe(id: WorkloadId, signal: AbortSignal): Promise<EcsService | undefined> {
    const { cluster } = this.#api;
    const command = new DescribeServicesCommand({ cluster, services: [serviceName(this.#owner, id)] });
    const { services = [] } = await this.#api.call("DescribeServices", signal, (options) => this.#api.ecs.send(command, options));
    return services.find(({ status }) => status === "ACTIVE");
  }
  async look(id: WorkloadId, signal: AbortSignal): Promise<SeenService | undefined> {
    const service = await this.describe(id, signal);
    if (service === undefined) return undefined;
    const facts = await this.#definitions.facts(service.taskDefinition ?? "", signal);
    return facts === undefined ? undefined : { service, facts, tasks: await this.tasks(id, signal) };
  }
  async inspect(record: Record, signal: AbortSignal): Promise<DriverInspection> {
    const seen = await this.look(record.id, signal);
    return seen === undefined ? { kind: "absent", id: record.id } : mapService(record, seen);
  }
  /** Those that run and those that ECS still remembers, the oldest first. */
  async tasks(id: WorkloadId, signal: AbortSignal): Promise<readonly EcsTask[]> {
    const name = serviceName(this.#owner, id);
    const list = async (desiredStatus: "RUNNING" | "STOPPED"): Promise<readonly string[]> =>
      (await unlessNamed("ServiceNotFoundException", () => this.#api.listTasks({ serviceName: name, desiredStatus }, signal))) ??
      [];
    const arns = (await Promise.all([list("RUNNING"), list("STOPPED")])).flat();
    const tasks = await this.#api.describe([...new Set(arns)], signal);
    return [...tasks].sort((one, other) => (one.createdAt?.getTime() ?? 0) - (other.createdAt?.getTime() ?? 0));
  }
  /** One that is there already is no error. */
  async create(input: CreateServiceCommandInput, record: Record, signal: AbortSignal): Promise<void> {
    const clientToken = tokenOf(this.#owner, record).slice(0, tokenLength);
    const command = new CreateServiceCommand({ ...input, clientToken });
    const send = (): Promise<unknown> =>
      this.#api.call("CreateService", signal, (options) => this.#api.ecs.send(command, options));
    try {
      await retry({ signal, attempts: drainingAttempts, when: isDraining }, send);
    } catch (error) {
      if (!isThere(error)) throw error;
    }
  }
  async update(
    id: WorkloadId,
    input: Omit<UpdateServiceCommandInput, "service" | "cluster">,
    signal: AbortSignal,
  ): Promise<void> {
    const { cluster } = this.#api;
    const command = new UpdateServiceCommand({ ...input, cluster, service: serviceName(this.#owner, id) });
    await this.#api.call("UpdateService", signal, (options) => this.#api.ecs.send(command, options));
  }
  /** New tasks in place of all. Made twice it would begin anew: what has become of a call is looked up before the next. */
  async redeploy(id: WorkloadId, { deployments: before = [] }: EcsService, signal: AbortSignal): Promise<void> {
    const known = new Set(before.map((deployment) => deployment.id));
    const input = { cluster: this.#api.cluster, service: serviceName(this.#owner, id), forceNewDeployment: true };
    let asked = false;
    const ask = async (): Promise<void> => {
      const { deployments = [] } = asked ? ((await this.describe(id, signal)) ?? {}) : {};
      if (deployments.some((deployment) => !known.has(deployment.id))) return;
      asked = true;
      const command = new UpdateServiceCommand(input);
      await this.#api.callOnce("UpdateService", signal, (options) => this.#api.ecs.send(command, options));
    };
    await retry({ signal, attempts: redeployAttempts, when: isBroken }, ask);
  }
  /** Absent is no error. */
  async delete(id: WorkloadId, signal: AbortSignal): Promise<void> {
    const { cluster } = this.#api;
    const command = new DeleteServiceCommand({ cluster, service: serviceName(this.#owner, id), force: true });
    try {
      await this.#api.call("DeleteService", signal, (options) => this.#api.ecs.send(command, options));
    } catch (error) {
      if (classifyEcsError(error)?.code !== "not-found") throw error;
    }
  }
}
