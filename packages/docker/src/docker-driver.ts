import { randomUUID } from "node:crypto";
import {
  instant,
  type Host,
  type Leftover,
  type ListFilter,
  LongshoreError,
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
  StopIntent,
} from "@longshore/core/driver";
import { classifyDockerError } from "./classify-docker-error.ts";
import { label } from "./container-names.ts";
import { Containers } from "./containers.ts";
import type { DockerCapabilities } from "./docker-capabilities.ts";
import type { DockerOptions, ReadDockerConfig } from "./docker-config.ts";
import { Engine } from "./engine.ts";
import { findEngine } from "./find-engine.ts";
import { mapContainer } from "./map-container-state.ts";
import { mapLimited } from "./map-limited.ts";
import { readContainerLogs } from "./read-container-logs.ts";
import { removeContainer } from "./remove-container.ts";
import { startContainer } from "./start-container.ts";
import { StartLease } from "./start-lease.ts";
import { stopContainer } from "./stop-container.ts";
import { type ContainerRequest, toContainerRequest } from "./to-container-request.ts";
import { findSettled } from "./find-settled.ts";
import { isMarker, type MarkerVolume, Volumes } from "./volumes.ts";
import { watchEvents } from "./watch-events.ts";

type Intents = ReadonlyMap<string, StopIntent>;

class DockerDriver implements RuntimeDriver<DockerCapabilities, DockerOptions, ContainerRequest> {
  readonly capabilities: DockerCapabilities;
  readonly #engine: Engine;
  readonly #host: Host;
  readonly #containers: Containers;
  readonly #volumes: Volumes;
  readonly #lease: StartLease;
  /** Starts of the same id by this driver come one after the other: they share its lease. */
  readonly #starting = new Map<WorkloadId, Promise<unknown>>();

  constructor(engine: Engine, host: Host, { startLeaseMs }: ReadDockerConfig) {
    this.#engine = engine;
    this.#host = host;
    this.#containers = new Containers(engine, host.owner);
    this.#volumes = new Volumes(engine);
    const look = this.#containers.find.bind(this.#containers);
    this.#lease = new StartLease({ volumes: this.#volumes, owner: host.owner, token: randomUUID(), leaseMs: startLeaseMs, look });
    this.capabilities = { watch: { watch: (_from, call) => watchEvents(engine, host.owner, call) } };
  }
  plan(order: Order<DockerOptions>): Plan<ContainerRequest> {
    return toContainerRequest(order, this.#host.owner);
  }
  async start(order: Order<DockerOptions>, plan: Plan<ContainerRequest>, call: Call): Promise<Workload> {
    const { id } = order.spec;
    const parts = {
      engine: this.#engine,
      host: this.#host,
      containers: this.#containers,
      volumes: this.#volumes,
      lease: this.#lease,
    };
    const before = this.#starting.get(id) ?? Promise.resolve();
    const mine = before.then(() => startContainer(parts, { order, plan }, call));
    const settled = mine.catch(() => {});
    this.#starting.set(id, settled);
    try {
      const container = await mine;
      return mapContainer(container, (await this.#intents(call)).get(container.Id));
    } finally {
      if (this.#starting.get(id) === settled) this.#starting.delete(id);
    }
  }
  async inspect(ids: readonly WorkloadId[], call: Call): Promise<readonly DriverInspection[]> {
    const intents = await this.#intents(call);
    return mapLimited(ids, (id) => this.#look(id, intents, call));
  }
  stop(id: WorkloadId, options: DriverStopOptions, call: Call): Promise<StopResult> {
    const parts = { containers: this.#containers, volumes: this.#volumes, owner: this.#host.owner };
    return stopContainer(parts, { ...options, id }, call);
  }
  remove(id: WorkloadId, call: Call): Promise<void> {
    return removeContainer({ containers: this.#containers, volumes: this.#volumes, owner: this.#host.owner }, id, call);
  }
  async *list({ labels = {}, kind }: ListFilter, call: Call): AsyncGenerator<Workload | Leftover, void, void> {
    const volumes = await this.#volumes.list({ [label.owner]: this.#host.owner }, call.signal);
    const ids = await this.#containers.ids(call.signal);
    const intents = intentsOf(volumes);
    if (kind !== "service") {
      for (const found of await mapLimited(ids, (id) => this.#look(id, intents, call))) {
        if (found.kind !== "task") continue;
        if (Object.entries(labels).every(([key, value]) => found.labels[key] === value)) yield found;
      }
    }
    const alive = new Set<string>(ids);
    for (const volume of volumes) if (!alive.has(volume.Labels?.[label.id] ?? "")) yield asLeftover(volume);
  }
  async *logs(id: WorkloadId, query: DriverLogQuery, call: Call): AsyncGenerator<readonly DriverLogItem[], void, void> {
    const container = await this.#containers.find(id, call.signal);
    if (container === undefined) throw new LongshoreError(`${id}: no such container`, { code: "not-found", operation: "logs" });
    const look = (now: Call): ReturnType<Containers["find"]> => this.#containers.find(id, now.signal);
    yield* readContainerLogs({ engine: this.#engine, container, look }, query, call);
  }
  async ping(call: Call): Promise<void> {
    await this.#engine.call("ping", call.signal, (docker) => docker.ping());
  }
  classify(error: unknown): Fault | undefined {
    return classifyDockerError(error);
  }
  async [Symbol.asyncDispose](): Promise<void> {}

  async #look(id: WorkloadId, intents: Intents, call: Call): Promise<DriverInspection> {
    const container = await findSettled(this.#containers, id, call.signal);
    return container === undefined ? { kind: "absent", id } : mapContainer(container, intents.get(container.Id));
  }
  async #intents({ signal }: Call): Promise<Intents> {
    return intentsOf(await this.#volumes.list({ [label.owner]: this.#host.owner, [label.purpose]: "stop" }, signal));
  }
}

const intentsOf = (volumes: readonly MarkerVolume[]): Intents =>
  new Map(
    volumes
      .filter((volume) => isMarker(volume, "stop"))
      .map(({ Labels }) => [Labels?.[label.container] ?? "", Labels?.[label.intent] === "timed-out" ? "timed-out" : "stopped"]),
  );

const asLeftover = ({ Name, Labels, CreatedAt }: MarkerVolume): Leftover => ({
  kind: "leftover",
  id: Labels?.[label.id] as WorkloadId,
  what: `${Labels?.[label.purpose] ?? "unknown"} volume`,
  nativeId: Name,
  createdAt: instant(CreatedAt ?? 0),
});

/** Connects to nothing yet: the first request does. */
export async function openDockerDriver(config: ReadDockerConfig, host: Host): Promise<DockerDriver> {
  return new DockerDriver(await Engine.connect(await findEngine(config), host), host, config);
}
export type { DockerDriver };
