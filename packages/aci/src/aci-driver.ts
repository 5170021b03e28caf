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
import { AciApi } from "./aci-api.ts";
import type { AciCapabilities } from "./aci-capabilities.ts";
import { openClient } from "./aci-client.ts";
import type { AciConfig, AciOptions } from "./aci-config.ts";
import type { AciParts } from "./aci-parts.ts";
import { attachGroup } from "./attach-group.ts";
import { resumeService, restartService, updateService } from "./change-service.ts";
import { classifyAciError } from "./classify-aci-error.ts";
import { execInGroup } from "./exec-in-group.ts";
import { findEndpoints } from "./find-endpoints.ts";
import { findObstacles } from "./find-obstacles.ts";
import { Groups } from "./groups.ts";
import { ingestEvent } from "./ingest-event.ts";
import { inspectWorkloads, listWorkloads } from "./inspect-workloads.ts";
import { Looks } from "./looks.ts";
import { toService } from "./map-service-state.ts";
import { Connections } from "./connections.ts";
import { readAciLogs } from "./read-aci-logs.ts";
import { readBackendLogs } from "./read-backend-logs.ts";
import { removeWorkload } from "./remove-workload.ts";
import { Spools } from "./spools.ts";
import { startService } from "./start-service.ts";
import { startTask } from "./start-task.ts";
import { stopWorkload } from "./stop-workload.ts";
import { toTask } from "./to-task.ts";
import { type AciRequest, toAciRequest } from "./to-aci-request.ts";

class AciDriver implements RuntimeDriver<AciCapabilities, AciOptions, AciRequest> {
  readonly capabilities: AciCapabilities;
  readonly #parts: AciParts;

  constructor(parts: AciParts) {
    this.#parts = parts;
    this.capabilities = {
      services: {
        update: (revision, call) => updateService(parts, revision, call),
        restart: (id, call) => restartService(parts, id, call),
        resume: (id, call) => resumeService(parts, id, call),
      },
      exec: { exec: (request, call) => execInGroup(parts, request, call) },
      attach: { attach: (request, call) => attachGroup(parts, request, call) },
      endpoints: { endpoints: (id, { signal }) => findEndpoints(parts, id, signal) },
      backendLogs: { backendLogs: (id, { signal }) => readBackendLogs(parts, id, signal) },
      ingest: { ingest: async (event) => ingestEvent(parts, event) },
      preflight: { preflight: (spec, { signal }) => findObstacles(parts, spec, signal) },
    };
  }
  plan(order: Order<AciOptions>): Plan<AciRequest> {
    return toAciRequest(order, this.#parts.host.owner, this.#parts.config);
  }
  async start(order: Order<AciOptions>, plan: Plan<AciRequest>, call: Call): Promise<Workload> {
    const parts = this.#parts;
    const groups =
      order.spec.kind === "task"
        ? [await startTask(parts, { order, plan }, call)]
        : await startService(parts, { order, plan }, call);
    for (const group of groups) parts.spools?.track(group);
    const [first] = groups;
    return order.spec.kind === "task" && first !== undefined ? toTask(first) : toService(groups);
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
    return readAciLogs(this.#parts, { ...query, id }, signal);
  }
  async ping({ signal }: Call): Promise<void> {
    await this.#parts.groups.list(signal);
  }
  classify(error: unknown): Fault | undefined {
    return classifyAciError(error);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.spools?.[Symbol.dispose]();
    this.#parts.api[Symbol.dispose]();
  }
}

/** Asks nothing of Azure yet. */
export async function openAciDriver(config: AciConfig, host: Host): Promise<AciDriver> {
  const api = new AciApi(await openClient(config), config, host);
  const groups = new Groups(api, host.owner);
  const parts = { api, config, host, groups, looks: new Looks(), connections: new Connections(), ended: new Map() };
  return new AciDriver(host.store === undefined ? parts : { ...parts, spools: new Spools(parts, host.store) });
}
export type { AciDriver };
