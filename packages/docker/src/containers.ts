import type Dockerode from "dockerode";
import type { Owner, WorkloadId } from "@longshore/core";
import { containerName, label, secretsFolder } from "./container-names.ts";
import type { Engine } from "./engine.ts";
import type { InspectedContainer } from "./map-container-state.ts";
import type { ContainerRequest } from "./to-container-request.ts";

type Create = Extract<ContainerRequest, { readonly request: "create" }>;
type Connect = Extract<ContainerRequest, { readonly request: "connect" }>;
/** By name or by the engine's id. */
type Ref = string;
interface Telling {
  readonly ref: Ref;
  readonly operation: string;
  /** Statuses that say what was wanted is so. */
  readonly fine: readonly number[];
}
/** What of an entry of `GET /containers/json` is used. */
export interface ContainerEntry {
  readonly Id: string;
  /** Seconds since 1970. */
  readonly Created: number;
  readonly Names: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  /** `running`, `exited` and the like. */
  readonly State: string;
  /** For people; the only place where older engines tell of health. */
  readonly Status: string;
  readonly Ports: readonly {
    readonly IP?: string;
    readonly PrivatePort: number;
    readonly PublicPort?: number;
    readonly Type: string;
  }[];
  readonly HostConfig: { readonly NetworkMode?: string };
}
const hasStatus = (error: unknown, codes: readonly number[]): boolean =>
  codes.includes((error as { readonly statusCode?: number }).statusCode ?? 0);

/** One owner's containers. Answers that say "that is so already" are no errors here. */
export class Containers {
  readonly #engine: Engine;
  readonly #owner: Owner;

  constructor(engine: Engine, owner: Owner) {
    this.#engine = engine;
    this.#owner = owner;
  }
  /** Of a task, or of what a service's names begin with. */
  name(id: WorkloadId): string {
    return containerName(this.#owner, id);
  }
  /** A task's. Undefined where there is none, or one of that name that is not ours. */
  async find(id: WorkloadId, signal: AbortSignal): Promise<InspectedContainer | undefined> {
    const found = await this.inspect(this.name(id), signal);
    return found === undefined || this.#isForeign(found, id) ? undefined : found;
  }
  /** Somebody else's container bears the name. */
  async isForeign(id: WorkloadId, signal: AbortSignal): Promise<boolean> {
    const found = await this.inspect(this.name(id), signal);
    return found !== undefined && this.#isForeign(found, id);
  }
  #isForeign({ Config: { Labels } }: InspectedContainer, id: WorkloadId): boolean {
    return Labels[label.owner] !== this.#owner || Labels[label.id] !== id;
  }
  inspect(ref: Ref, signal: AbortSignal): Promise<InspectedContainer | undefined> {
    return this.#tell(
      { ref, operation: "container inspect", fine: [404] },
      signal,
      (container, abortSignal) => container.inspect({ abortSignal }) as Promise<unknown>,
    ) as Promise<InspectedContainer | undefined>;
  }
  /** Those of the owner that bear all these labels, in any state; one request for all. */
  async list(labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<readonly ContainerEntry[]> {
    const wanted = Object.entries({ [label.owner]: this.#owner, ...labels }).map(([key, value]) => `${key}=${value}`);
    const filters = JSON.stringify({ label: wanted });
    return (await this.#engine.call("container list", signal, (docker, abortSignal) =>
      docker.listContainers({ all: true, filters, abortSignal }),
    )) as readonly ContainerEntry[];
  }
  /** Nothing happens where the name is taken. */
  async create({ name, platform, body }: Create, labels: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void> {
    // Told apart, or the client would put the body, its variables too, into the URL.
    const request = {
      _query: { name, ...(platform !== undefined && { platform }) },
      _body: { ...body, Labels: { ...body.Labels, ...labels } },
    };
    try {
      await this.#engine.call("container create", signal, (docker, abortSignal) =>
        docker.createContainer({ ...request, abortSignal } as Dockerode.ContainerCreateOptions),
      );
    } catch (error) {
      if (!hasStatus(error, [409])) throw error;
    }
  }
  /** Nothing happens where it is connected already, which the engine answers with 403. */
  async connect({ name, network, aliases }: Connect, signal: AbortSignal): Promise<void> {
    const body = { Container: name, ...(aliases.length > 0 && { EndpointConfig: { Aliases: [...aliases] } }) };
    try {
      await this.#engine.call("network connect", signal, async (docker, abortSignal) =>
        docker.getNetwork(network).connect({ _query: {}, _body: body, abortSignal } as never),
      );
    } catch (error) {
      if (!hasStatus(error, [403])) throw error;
    }
  }
  async writeSecrets(ref: Ref, archive: Buffer, signal: AbortSignal): Promise<void> {
    await this.#tell({ ref, operation: "secrets", fine: [] }, signal, (container, abortSignal) =>
      container.putArchive(archive, { path: secretsFolder, abortSignal }),
    );
  }
  async start(ref: Ref, signal: AbortSignal): Promise<void> {
    await this.#tell({ ref, operation: "container start", fine: [304] }, signal, (container, abortSignal) =>
      container.start({ abortSignal }),
    );
  }
  /** 400: it is called that already. */
  async rename(ref: Ref, name: string, signal: AbortSignal): Promise<void> {
    await this.#tell({ ref, operation: "container rename", fine: [400, 404] }, signal, async (container, abortSignal) =>
      container.rename({ name, abortSignal }),
    );
  }
  /** Whether the engine starts it again when it ends, and when the engine itself has been restarted. */
  async restartPolicy(ref: Ref, Name: string, signal: AbortSignal): Promise<void> {
    await this.#tell({ ref, operation: "container update", fine: [404] }, signal, (container, abortSignal) =>
      container.update({ RestartPolicy: { Name }, abortSignal }),
    );
  }
  /** 409: it does not run. */
  async kill(ref: Ref, unixSignal: string, signal: AbortSignal): Promise<void> {
    await this.#tell({ ref, operation: "container kill", fine: [404, 409] }, signal, (container, abortSignal) =>
      container.kill({ signal: unixSignal, abortSignal }),
    );
  }
  /** Returns once it does not run, or is gone. */
  async ended(ref: Ref, signal: AbortSignal): Promise<void> {
    const wait = (docker: Dockerode): Promise<unknown> =>
      docker.getContainer(ref).wait({ condition: "not-running", abortSignal: signal });
    await this.#engine.lasting("container wait", signal, wait).catch((error: unknown) => {
      if (!hasStatus(error, [404])) throw error;
    });
  }
  /** With its anonymous volumes; kills it where it runs. 409: somebody else is removing it. */
  async remove(ref: Ref, signal: AbortSignal): Promise<void> {
    await this.#tell({ ref, operation: "container remove", fine: [404, 409] }, signal, (container, abortSignal) =>
      container.remove({ v: true, force: true, abortSignal }),
    );
  }
  async #tell<T>(
    { ref, operation, fine }: Telling,
    signal: AbortSignal,
    send: (container: Dockerode.Container, signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await this.#engine.call(operation, signal, (docker, bounded) => send(docker.getContainer(ref), bounded));
    } catch (error) {
      if (hasStatus(error, fine)) return undefined;
      throw error;
    }
  }
}
