import type { Host, Leftover, ListFilter, StopResult, Workload, WorkloadId } from "@longshore/core";
import type {
  Call,
  DriverInspection,
  DriverLogItem,
  DriverLogQuery,
  DriverStopOptions,
  Fault,
  Order,
  Plan,
  RuntimeDriver,
} from "@longshore/core/driver";
import { DescribeClustersCommand } from "@aws-sdk/client-ecs";
import { LongshoreError } from "@longshore/core";
import { resumeService, restartService, startService, updateService } from "./change-service.ts";
import { classifyEcsError } from "./classify-ecs-error.ts";
import { Definitions } from "./definitions.ts";
import { EcsApi } from "./ecs-api.ts";
import type { EcsCapabilities } from "./ecs-capabilities.ts";
import type { EcsConfig, EcsOptions } from "./ecs-config.ts";
import type { EcsParts } from "./ecs-parts.ts";
import { EcsServices } from "./ecs-services.ts";
import { execInTask } from "./exec-in-task.ts";
import { findEndpoints } from "./find-endpoints.ts";
import { findObstacles } from "./find-obstacles.ts";
import { ingestEvent } from "./ingest-event.ts";
import { inspectWorkloads, listWorkloads, toTask } from "./inspect-workloads.ts";
import { readBackendLogs } from "./read-backend-logs.ts";
import { readEcsLogs } from "./read-ecs-logs.ts";
import { LogGroup } from "./log-group.ts";
import { Records } from "./records.ts";
import { listImages, registerImage, removeImage } from "./registered-images.ts";
import { removeWorkload } from "./remove-workload.ts";
import { startTask } from "./start-task.ts";
import { stopWorkload } from "./stop-workload.ts";
import { Tasks } from "./tasks.ts";
import { type EcsRequest, toEcsRequest } from "./to-ecs-request.ts";

class EcsDriver implements RuntimeDriver<EcsCapabilities, EcsOptions, EcsRequest> {
  readonly capabilities: EcsCapabilities;
  readonly #parts: EcsParts;

  constructor(parts: EcsParts) {
    this.#parts = parts;
    this.capabilities = {
      services: {
        update: (revision, call) => updateService(parts, revision, call),
        restart: (id, call) => restartService(parts, id, call),
        resume: (id, call) => resumeService(parts, id, call),
      },
      endpoints: { endpoints: (id, { signal }) => findEndpoints(parts, id, signal) },
      exec: { exec: (request, call) => execInTask(parts, request, call) },
      backendLogs: { backendLogs: (id, { signal }) => readBackendLogs(parts, id, signal) },
      ingest: { ingest: async (event) => ingestEvent(parts, event) },
      preflight: { preflight: (spec, { signal }) => findObstacles(parts, spec, signal) },
      images: {
        register: (image, { signal }) => registerImage(parts, image, signal),
        list: (filter, { signal }) => listImages(parts, filter, signal),
        remove: (reference, { signal }) => removeImage(parts, reference, signal),
      },
    };
  }
  plan(order: Order<EcsOptions>): Plan<EcsRequest> {
    return toEcsRequest(order, this.#parts.host.owner, this.#parts.config);
  }
  async start(order: Order<EcsOptions>, plan: Plan<EcsRequest>, call: Call): Promise<Workload> {
    const parts = this.#parts;
    if (order.spec.kind === "task") {
      const { record, task } = await startTask(parts, { order, plan }, call);
      return toTask(parts, record, { task, signal: call.signal });
    }
    const { record } = await startService(parts, { order, plan }, call);
    const seen = await parts.services.inspect(record, call.signal);
    if (seen.kind === "service") return seen;
    throw new LongshoreError("ECS does not show the service yet", { code: "unavailable", operation: "start" });
  }
  inspect(ids: readonly WorkloadId[], { signal }: Call): Promise<readonly DriverInspection[]> {
    return inspectWorkloads(this.#parts, ids, signal);
  }
  stop(id: WorkloadId, options: DriverStopOptions, call: Call): Promise<StopResult> {
    return stopWorkload(this.#parts, { ...options, id }, call);
  }
  remove(id: WorkloadId, call: Call): Promise<void> {
    return removeWorkload(this.#parts, id, call);
  }
  list(filter: ListFilter, { signal }: Call): AsyncIterable<Workload | Leftover> {
    return listWorkloads(this.#parts, filter, signal);
  }
  logs(id: WorkloadId, query: DriverLogQuery, { signal }: Call): AsyncIterable<readonly DriverLogItem[]> {
    return readEcsLogs(this.#parts, { ...query, id }, signal);
  }
  async ping({ signal }: Call): Promise<void> {
    const { api } = this.#parts;
    const { cluster } = api;
    const command = new DescribeClustersCommand({ clusters: [cluster] });
    const { clusters = [] } = await api.call("DescribeClusters", signal, (options) => api.ecs.send(command, options));
    if (clusters.some(({ status }) => status === "ACTIVE")) return;
    const message = `there is no active cluster ${cluster}; expected one that exists in this region, or its ARN`;
    throw new LongshoreError(message, { code: "invalid-config", operation: "ping" });
  }
  classify(error: unknown): Fault | undefined {
    return classifyEcsError(error);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.api[Symbol.dispose]();
  }
}

/** Asks nothing of AWS yet but, where the config names no region, which one the SDK finds. */
export async function openEcsDriver(given: EcsConfig, host: Host): Promise<EcsDriver> {
  const api = new EcsApi(given, host);
  const config = { ...given, region: given.region ?? (await api.ecs.config.region()) };
  const { owner } = host;
  const definitions = new Definitions(api);
  const logGroup = new LogGroup(api, config);
  const services = new EcsServices(api, definitions, owner);
  return new EcsDriver({
    api,
    config,
    host,
    definitions,
    services,
    logGroup,
    records: new Records(logGroup, owner),
    tasks: new Tasks(api, owner),
  });
}
export type { EcsDriver };
