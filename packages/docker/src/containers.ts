import type Dockerode from "dockerode";
import type { Owner, WorkloadId } from "@longshore/core";
import { containerName, label, secretsFolder } from "./container-names.ts";
import type { Engine } from "./engine.ts";
import type { InspectedContainer } from "./map-container-state.ts";
import type { ContainerRequest } from "./to-container-request.ts";

type Create = Extract<ContainerRequest, { readonly request: "create" }>;
interface Telling {
  readonly id: WorkloadId;
  readonly operation: string;
  /** Statuses that say what was wanted is so. */
  readonly fine: readonly number[];
}
const hasStatus = (error: unknown, codes: readonly number[]): boolean =>
  codes.includes((error as { readonly statusCode?: number }).statusCode ?? 0);

/** One owner's containers, by id. Answers that say "that is so already" are no errors here. */
export class Containers {
  readonly #engine: Engine;
  readonly #owner: Owner;

  constructor(engine: Engine, owner: Owner) {
    this.#engine = engine;
    this.#owner = owner;
  }
  /** Undefined where there is none, or one of that name that is not ours. */
  async find(id: WorkloadId, signal: AbortSignal): Promise<InspectedContainer | undefined> {
    const found = await this.#inspect(id, signal);
    return found === "foreign" ? undefined : found;
  }
  /** Somebody else's container bears the name. */
  async isForeign(id: WorkloadId, signal: AbortSignal): Promise<boolean> {
    return (await this.#inspect(id, signal)) === "foreign";
  }
  async #inspect(id: WorkloadId, signal: AbortSignal): Promise<InspectedContainer | "foreign" | undefined> {
    const found = (await this.#tell({ id, operation: "container inspect", fine: [404] }, signal, (container, abortSignal) =>
      container.inspect({ abortSignal }),
    )) as InspectedContainer | undefined;
    if (found === undefined) return undefined;
    const { Labels } = found.Config;
    return Labels[label.owner] === this.#owner && Labels[label.id] === id ? found : "foreign";
  }
  /** The ids of all, in any state. */
  async ids(signal: AbortSignal): Promise<readonly WorkloadId[]> {
    const filters = JSON.stringify({ label: [`${label.owner}=${this.#owner}`] });
    const found = await this.#engine.call("container list", signal, (docker, abortSignal) =>
      docker.listContainers({ all: true, filters, abortSignal }),
    );
    return found.map(({ Labels }) => Labels[label.id] as WorkloadId);
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
  async writeSecrets(id: WorkloadId, archive: Buffer, signal: AbortSignal): Promise<void> {
    await this.#tell({ id, operation: "secrets", fine: [] }, signal, (container, abortSignal) =>
      container.putArchive(archive, { path: secretsFolder, abortSignal }),
    );
  }
  async start(id: WorkloadId, signal: AbortSignal): Promise<void> {
    await this.#tell({ id, operation: "container start", fine: [304] }, signal, (container, abortSignal) =>
      container.start({ abortSignal }),
    );
  }
  /** 409: it does not run. */
  async kill(id: WorkloadId, unixSignal: string, signal: AbortSignal): Promise<void> {
    await this.#tell({ id, operation: "container kill", fine: [404, 409] }, signal, (container, abortSignal) =>
      container.kill({ signal: unixSignal, abortSignal }),
    );
  }
  /** Returns once it does not run, or is gone. */
  async ended(id: WorkloadId, signal: AbortSignal): Promise<void> {
    const wait = (docker: Dockerode): Promise<unknown> =>
      docker.getContainer(this.#name(id)).wait({ condition: "not-running", abortSignal: signal });
    await this.#engine.lasting("container wait", signal, wait).catch((error: unknown) => {
      if (!hasStatus(error, [404])) throw error;
    });
  }
  /** With its anonymous volumes; kills it where it runs. 409: somebody else is removing it. */
  async remove(id: WorkloadId, signal: AbortSignal): Promise<void> {
    await this.#tell({ id, operation: "container remove", fine: [404, 409] }, signal, (container, abortSignal) =>
      container.remove({ v: true, force: true, abortSignal }),
    );
  }
  #name(id: WorkloadId): string {
    return containerName(this.#owner, id);
  }
  async #tell<T>(
    { id, operation, fine }: Telling,
    signal: AbortSignal,
    send: (container: Dockerode.Container, signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await this.#engine.call(operation, signal, (docker, bounded) => send(docker.getContainer(this.#name(id)), bounded));
    } catch (error) {
      if (hasStatus(error, fine)) return undefined;
      throw error;
    }
  }
}
