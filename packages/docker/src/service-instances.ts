import { defaultStopGraceMs } from "@longshore/core";
import { type Call, type Host, resolveSecrets, sleep } from "@longshore/core/driver";
import { instanceName, label, leavingSuffix, secretsVolume } from "./container-names.ts";
import type { Containers } from "./containers.ts";
import { endContainer, type Ended } from "./end-container.ts";
import { isUnstarted } from "./map-container-state.ts";
import { mapLimited } from "./map-limited.ts";
import { removeForGood, removeVolume } from "./remove-container.ts";
import { secretsArchive } from "./secrets-archive.ts";
import type { InstanceEntry, Revision } from "./service-view.ts";
import { type Bearer, type ContainerRequest, toContainerRequest } from "./to-container-request.ts";
import type { Volumes } from "./volumes.ts";

export interface InstanceParts {
  readonly containers: Containers;
  readonly volumes: Volumes;
  readonly host: Host;
  readonly bearer: Bearer;
}
type Instances = readonly InstanceEntry[];

const isUnseen = (error: unknown): boolean => /no such container/i.test((error as Error).message);

/** What is done to the containers of services. Each can be done again, also by another process, and does no harm then. */
export class ServiceInstances {
  readonly #parts: InstanceParts;

  constructor(parts: InstanceParts) {
    this.#parts = parts;
  }
  /** Creates what is missing of these slots, and starts it. Answers with the names of those that came so far. */
  async launch(revision: Revision, slots: readonly number[], call: Call): Promise<readonly string[]> {
    const { bearer, containers, host } = this.#parts;
    const { order, number } = revision;
    const { requests } = toContainerRequest(order, bearer, number);
    const secrets = await resolveSecrets(order.spec, host, call.signal);
    const archive = secrets.length === 0 ? undefined : await secretsArchive(secrets, order.spec.user);
    const names = slots.map((slot) => instanceName(containers.name(order.spec.id), slot, number));
    const launched = await mapLimited(names, async (name) => {
      const own = requests.filter((request) => "name" in request && request.name === name);
      return (await this.#sendAll(own, archive, call.signal)) ? name : undefined;
    });
    return launched.filter((name) => name !== undefined);
  }
  /** False where the container cannot be seen: a name is taken a moment before, and given back a moment after. */
  async #sendAll(requests: readonly ContainerRequest[], archive: Buffer | undefined, signal: AbortSignal): Promise<boolean> {
    for (const request of requests) {
      try {
        await this.#send(request, archive, signal);
      } catch (error) {
        if (request.request === "create" || !isUnseen(error)) throw error;
        return false;
      }
    }
    return true;
  }
  async #send(request: ContainerRequest, archive: Buffer | undefined, signal: AbortSignal): Promise<void> {
    const { containers } = this.#parts;
    switch (request.request) {
      case "create":
        return containers.create(request, {}, signal);
      case "connect":
        return containers.connect(request, signal);
      case "write secrets":
        return archive === undefined ? undefined : containers.writeSecrets(request.name, archive, signal);
      case "start":
        return this.#start(request.name, signal);
      case "pull":
      case "record":
        return undefined;
    }
  }
  /** A program that cannot be started is what the container shows, and no failure of the call. */
  async #start(ref: string, signal: AbortSignal): Promise<void> {
    const { containers } = this.#parts;
    try {
      await containers.start(ref, signal);
    } catch (error) {
      if (signal.aborted || (error as { readonly statusCode?: number }).statusCode === undefined) throw error;
      const now = await containers.inspect(ref, signal);
      if (now === undefined || isUnstarted(now)) throw error;
    }
  }
  /** Those that were to leave stay, and what does not run is started, with the engine's restarts as the spec has them. */
  async raise(instances: Instances, revision: Revision, signal: AbortSignal): Promise<void> {
    const { containers } = this.#parts;
    const { restart } = revision.order.spec;
    await mapLimited(instances, async ({ container, name, leaving, up }) => {
      if (leaving) await containers.rename(container, name, signal);
      if (restart === "on-failure") await containers.restartPolicy(container, restart, signal);
      if (!up)
        await this.#start(container, signal).catch((error: unknown) => (isUnseen(error) ? undefined : Promise.reject(error)));
    });
  }
  /** Out of the endpoints by their names, drained, ended; the containers stay, with their logs. */
  async end(instances: Instances, signal: AbortSignal): Promise<void> {
    const { containers } = this.#parts;
    await mapLimited(instances, async (one) => {
      if (!one.leaving) await containers.rename(one.container, `${one.name}${leavingSuffix}`, signal);
      // What never was in the endpoints need not be waited for.
      if (one.ready || one.leaving) await sleep(one.drainMs, signal);
      await this.stop(one, {}, signal);
    });
  }
  async stop({ container }: InstanceEntry, { graceMs }: { readonly graceMs?: number }, signal: AbortSignal): Promise<Ended> {
    const { containers } = this.#parts;
    const found = await containers.inspect(container, signal);
    if (found === undefined || !found.State.Running) return { confirmed: true, forced: false };
    const own = Number(found.Config.Labels[label.graceMs] ?? defaultStopGraceMs);
    return endContainer({ containers, container: found }, graceMs ?? own, signal);
  }
  /** With the secrets that were theirs alone. */
  async remove(instances: Instances, signal: AbortSignal): Promise<void> {
    const { containers, volumes } = this.#parts;
    await mapLimited(instances, async ({ container, name }) => {
      await removeForGood({ containers, container }, signal);
      await removeVolume(volumes, secretsVolume(name), signal);
    });
  }
}
