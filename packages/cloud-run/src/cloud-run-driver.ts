import {
  type Host,
  type Leftover,
  type ListFilter,
  LongshoreError,
  type StopResult,
  type Workload,
  type WorkloadId,
} from "@longshore/core";
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
import { resumeService, restartService, startService, updateService } from "./change-service.ts";
import { classifyCloudRunError, codeOf, status } from "./classify-cloud-run-error.ts";
import { CloudRunApi } from "./cloud-run-api.ts";
import type { CloudRunCapabilities } from "./cloud-run-capabilities.ts";
import { clientOptions, CloudRunClients } from "./cloud-run-clients.ts";
import type { CloudRunConfig, CloudRunOptions } from "./cloud-run-config.ts";
import type { CloudRunParts } from "./cloud-run-parts.ts";
import { Executions } from "./executions.ts";
import { findEndpoints } from "./find-endpoints.ts";
import { findObstacles } from "./find-obstacles.ts";
import { ingestEvent } from "./ingest-event.ts";
import { inspectWorkloads, listWorkloads } from "./inspect-workloads.ts";
import { Jobs } from "./jobs.ts";
import { LogPoller } from "./log-poller.ts";
import { readBackendLogs } from "./read-backend-logs.ts";
import { defaultOverlapMs, readCloudRunLogs } from "./read-cloud-run-logs.ts";
import { listImages, registerImage, removeImage } from "./registered-images.ts";
import { removeWorkload } from "./remove-workload.ts";
import { Services } from "./services.ts";
import { startTask } from "./start-task.ts";
import { stopWorkload } from "./stop-workload.ts";
import { type CloudRunRequest, toCloudRunRequest } from "./to-cloud-run-request.ts";
import { pollMsOf } from "./until-over.ts";
import { Verdicts } from "./verdicts.ts";

class CloudRunDriver implements RuntimeDriver<CloudRunCapabilities, CloudRunOptions, CloudRunRequest> {
  readonly capabilities: CloudRunCapabilities;
  readonly #parts: CloudRunParts;

  constructor(parts: CloudRunParts) {
    this.#parts = parts;
    this.capabilities = {
      services: {
        update: (revision, call) => updateService(parts, revision, call),
        restart: (id, call) => restartService(parts, id, call),
        resume: (id, call) => resumeService(parts, id, call),
      },
      endpoints: { endpoints: (id, { signal }) => findEndpoints(parts, id, signal) },
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
  plan(order: Order<CloudRunOptions>): Plan<CloudRunRequest> {
    return toCloudRunRequest(order, this.#parts.host.owner, this.#parts.config);
  }
  start(order: Order<CloudRunOptions>, plan: Plan<CloudRunRequest>, call: Call): Promise<Workload> {
    const start = order.spec.kind === "task" ? startTask : startService;
    return start(this.#parts, { order, plan }, call);
  }
  inspect(ids: readonly WorkloadId[], { signal }: Call): Promise<readonly DriverInspection[]> {
    return inspectWorkloads(this.#parts, ids, signal);
  }
  stop(id: WorkloadId, options: DriverStopOptions, { signal }: Call): Promise<StopResult> {
    return stopWorkload(this.#parts, { ...options, id }, signal);
  }
  remove(id: WorkloadId, { signal }: Call): Promise<void> {
    return removeWorkload(this.#parts, id, signal);
  }
  list(filter: ListFilter, { signal }: Call): AsyncIterable<Workload | Leftover> {
    return listWorkloads(this.#parts, filter, signal);
  }
  logs(id: WorkloadId, query: DriverLogQuery, { signal }: Call): AsyncIterable<readonly DriverLogItem[]> {
    return readCloudRunLogs(this.#parts, { ...query, id }, signal);
  }
  /** The shortest list that there is. A region that does not exist is refused. */
  async ping({ signal }: Call): Promise<void> {
    const { api } = this.#parts;
    const { clients, parent } = api;
    try {
      await api.call("ListJobs", signal, (options) =>
        clients.jobs.listJobs({ parent, pageSize: 1 }, { ...options, autoPaginate: false }),
      );
    } catch (error) {
      const code = codeOf(error);
      if (code !== status.invalidArgument && code !== status.notFound) throw error;
      const message = `${parent} is no place of Cloud Run: ${(error as Error).message}`;
      throw new LongshoreError(message, { code: "invalid-config", operation: "ping", cause: error });
    }
  }
  classify(error: unknown): Fault | undefined {
    return classifyCloudRunError(error);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.api[Symbol.asyncDispose]();
  }
}

/** Asks nothing of Google yet. */
export async function openCloudRunDriver(config: CloudRunConfig, host: Host): Promise<CloudRunDriver> {
  const api = new CloudRunApi(new CloudRunClients(await clientOptions(config)), config, host);
  const { owner } = host;
  const overlapMs = config.logOverlapMs ?? defaultOverlapMs;
  const poller = new LogPoller({ api, owner, pollMs: pollMsOf({ config }), overlapMs });
  return new CloudRunDriver({
    api,
    config,
    host,
    poller,
    jobs: new Jobs(api, owner),
    executions: new Executions(api, owner),
    services: new Services(api, owner),
    verdicts: new Verdicts(poller, config, host),
  });
}
export type { CloudRunDriver };
