import { randomUUID } from "node:crypto";
import {
  type Host,
  type Leftover,
  type ListFilter,
  type Plan,
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
  RuntimeDriver,
} from "@longshore/core/driver";
import { attachContainer } from "./attach-container.ts";
import { classifyDockerError } from "./classify-docker-error.ts";
import { containerStats } from "./container-stats.ts";
import { stopVolume } from "./container-names.ts";
import { Containers } from "./containers.ts";
import { copyFromContainer } from "./copy-from-container.ts";
import { copyIntoContainer } from "./copy-into-container.ts";
import type { DockerCapabilities } from "./docker-capabilities.ts";
import type { DockerOptions, ReadDockerConfig } from "./docker-config.ts";
import { DockerServices, type ServicesParts } from "./docker-services.ts";
import { Engine } from "./engine.ts";
import { EngineEvents } from "./engine-events.ts";
import { findEndpoints } from "./find-endpoints.ts";
import { execInContainer } from "./exec-in-container.ts";
import { findEngine } from "./find-engine.ts";
import { inspectWorkloads, listWorkloads } from "./inspect-workloads.ts";
import { mapContainer } from "./map-container-state.ts";
import { readContainerLogs } from "./read-container-logs.ts";
import { readServiceLogs, type ServiceLogParts } from "./read-service-logs.ts";
import { removeContainer } from "./remove-container.ts";
import { removeService } from "./remove-service.ts";
import { ServiceInstances } from "./service-instances.ts";
import { startContainer } from "./start-container.ts";
import { StartLease } from "./start-lease.ts";
import { stopContainer } from "./stop-container.ts";
import { stopService } from "./stop-service.ts";
import { type ContainerRequest, toContainerRequest } from "./to-container-request.ts";
import { intentOf, Volumes } from "./volumes.ts";
import { watchEvents } from "./watch-events.ts";

interface Parts extends ServicesParts, ServiceLogParts {
  readonly services: DockerServices;
}

function partsOf(engine: Engine, host: Host): Parts {
  const { owner } = host;
  const [containers, volumes, events] = [new Containers(engine, owner), new Volumes(engine), new EngineEvents(engine, owner)];
  const bearer = { owner, local: engine.local };
  const instances = new ServiceInstances({ containers, volumes, host, bearer });
  const parts = { engine, host, owner, bearer, containers, volumes, events, instances, drained: new Set<string>() };
  return { ...parts, services: new DockerServices(parts) };
}

class DockerDriver implements RuntimeDriver<DockerCapabilities, DockerOptions, ContainerRequest> {
  readonly capabilities: DockerCapabilities;
  readonly #parts: Parts;
  readonly #lease: StartLease;
  /** Starts of the same id by this driver come one after the other: they share its lease. */
  readonly #starting = new Map<WorkloadId, Promise<unknown>>();

  constructor(engine: Engine, host: Host, { startLeaseMs: leaseMs }: ReadDockerConfig) {
    const parts = partsOf(engine, host);
    const { containers, volumes, owner, services, events } = parts;
    const look = containers.find.bind(containers);
    this.#parts = parts;
    this.#lease = new StartLease({ volumes, owner, token: randomUUID(), leaseMs, look });
    this.capabilities = {
      watch: { watch: (_from, call) => watchEvents(events, call) },
      services,
      endpoints: { endpoints: (id, call) => findEndpoints(parts, id, call) },
      exec: { exec: (request, call) => execInContainer(parts, request, call) },
      attach: { attach: (request, call) => attachContainer(parts, request, call) },
      stats: { stats: (id, call) => containerStats(parts, id, call) },
      copy: {
        copyIn: (files, call) => copyIntoContainer(parts, files, call),
        copyOut: (from, call) => copyFromContainer(parts, from, call),
      },
    };
  }
  plan(order: Order<DockerOptions>): Plan<ContainerRequest> {
    return toContainerRequest(order, this.#parts.bearer);
  }
  async start(order: Order<DockerOptions>, plan: Plan<ContainerRequest>, call: Call): Promise<Workload> {
    const { id } = order.spec;
    const before = this.#starting.get(id) ?? Promise.resolve();
    const mine = before.then(() => this.#start(order, plan, call));
    const settled = mine.catch(() => {});
    this.#starting.set(id, settled);
    try {
      return await mine;
    } finally {
      if (this.#starting.get(id) === settled) this.#starting.delete(id);
    }
  }
  async #start(order: Order<DockerOptions>, plan: Plan<ContainerRequest>, call: Call): Promise<Workload> {
    if (order.spec.kind === "service") return this.#parts.services.start(order, call);
    const { containers, volumes, services } = this.#parts;
    const { id } = order.spec;
    const [found, service] = await Promise.all([containers.find(id, call.signal), services.find(id, call)]);
    if (found === undefined && service !== undefined) return service;
    const container = await startContainer({ ...this.#parts, lease: this.#lease }, { order, plan, found }, call);
    const marker = await volumes.get(stopVolume(containers.name(id), container.Id), call.signal);
    return mapContainer(container, marker && intentOf(marker));
  }
  inspect(ids: readonly WorkloadId[], call: Call): Promise<readonly DriverInspection[]> {
    return inspectWorkloads(this.#parts, ids, call);
  }
  async stop(id: WorkloadId, options: DriverStopOptions, call: Call): Promise<StopResult> {
    const container = await this.#parts.containers.find(id, call.signal);
    if (container !== undefined) return stopContainer(this.#parts, { ...options, container }, call);
    return stopService(this.#parts, { ...options, id }, call);
  }
  async remove(id: WorkloadId, call: Call): Promise<void> {
    const container = await this.#parts.containers.find(id, call.signal);
    return container === undefined ? removeService(this.#parts, id, call) : removeContainer(this.#parts, container, call);
  }
  list(filter: ListFilter, call: Call): AsyncIterable<Workload | Leftover> {
    return listWorkloads(this.#parts, filter, call);
  }
  async *logs(id: WorkloadId, query: DriverLogQuery, call: Call): AsyncGenerator<readonly DriverLogItem[], void, void> {
    const { engine, containers } = this.#parts;
    const container = await containers.find(id, call.signal);
    if (container === undefined) return yield* readServiceLogs(this.#parts, { id, query }, call);
    const look = (now: Call): ReturnType<Containers["find"]> => containers.find(id, now.signal);
    yield* readContainerLogs({ engine, container, look }, query, call);
  }
  async ping(call: Call): Promise<void> {
    await this.#parts.engine.call("ping", call.signal, (docker) => docker.ping());
  }
  classify(error: unknown): Fault | undefined {
    return classifyDockerError(error);
  }
  /** With the connections; what runs is left as it is. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.events[Symbol.dispose]();
    this.#parts.engine[Symbol.dispose]();
  }
}

/** Connects to nothing yet: the first request does. */
export async function openDockerDriver(config: ReadDockerConfig, host: Host): Promise<DockerDriver> {
  return new DockerDriver(await Engine.connect(await findEngine(config), host), host, config);
}
export type { DockerDriver };
