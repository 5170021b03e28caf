import { type ContainerGroup, getContinuationToken } from "@azure/arm-containerinstance";
import type { Owner, WorkloadId } from "@longshore/core";
import { InFlight, sleep } from "@longshore/core/driver";
import type { AciApi } from "./aci-api.ts";
import { isMissing, isTransitioning } from "./classify-aci-error.ts";
import { tag } from "./native-names.ts";

export type Tags = Readonly<Record<string, string>>;

/** So long what was made may not be seen yet. */
const settleMs = 10_000;
const betweenMs = 200;

/** Each request that speaks of a container group. */
export class Groups {
  readonly #api: AciApi;
  readonly #owner: Owner;
  /** When, by name, as long as nobody has seen them. */
  readonly #made = new Map<string, number>();
  readonly #lists = new InFlight<readonly ContainerGroup[]>();

  constructor(api: AciApi, owner: Owner) {
    this.#api = api;
    this.#owner = owner;
  }
  /** Undefined where there is none. One that was made here is waited for until it shows. */
  async find(name: string, signal: AbortSignal): Promise<ContainerGroup | undefined> {
    for (;;) {
      const group = await this.#get(name, signal);
      if (group !== undefined) this.#made.delete(name);
      const made = this.#made.get(name);
      if (made === undefined || performance.now() > made + settleMs) return group;
      await sleep(betweenMs, signal);
    }
  }
  /** As it is this moment, once, by who has had a turn. */
  findNow(name: string, signal: AbortSignal): Promise<ContainerGroup | undefined> {
    const { client, resourceGroup } = this.#api;
    return unless(
      [isMissing],
      this.#api.sendNow(signal, (options) => client.containerGroups.get(resourceGroup, name, options)),
    );
  }
  #get(name: string, signal: AbortSignal): Promise<ContainerGroup | undefined> {
    const { client, resourceGroup } = this.#api;
    return unless(
      [isMissing],
      this.#api.read("Get", signal, (options) => client.containerGroups.get(resourceGroup, name, options)),
    );
  }
  /** Of this owner, without how they are: a list does not tell. One listing at a time, for all who ask. */
  list(signal: AbortSignal): Promise<readonly ContainerGroup[]> {
    return this.#lists.share("list", (unaborted) => this.#list(unaborted), signal);
  }
  async #list(signal: AbortSignal): Promise<readonly ContainerGroup[]> {
    const { client, resourceGroup } = this.#api;
    const found: ContainerGroup[] = [];
    let continuationToken: string | undefined;
    do {
      const from = continuationToken === undefined ? {} : { continuationToken };
      const page = await this.#api.read("ListByResourceGroup", signal, async (options) => {
        const pages = client.containerGroups.listByResourceGroup(resourceGroup, options).byPage(from);
        return (await pages.next()).value as ContainerGroup[] | undefined;
      });
      found.push(...(page ?? []));
      continuationToken = getContinuationToken(page);
    } while (continuationToken);
    return found.filter(({ tags }) => tags?.[tag.owner] === this.#owner);
  }
  async of(id: WorkloadId, signal: AbortSignal): Promise<readonly ContainerGroup[]> {
    return (await this.list(signal)).filter(({ tags }) => tags?.[tag.id] === id);
  }
  /** Of a service, as they are now: those of its newest spec last. */
  async members(id: WorkloadId, signal: AbortSignal): Promise<readonly ContainerGroup[]> {
    const listed = (await this.of(id, signal)).filter(({ tags }) => tags?.[tag.kind] === "service");
    const found = await Promise.all(listed.map(({ name = "" }) => this.find(name, signal)));
    const made = ({ tags }: ContainerGroup): string => tags?.[tag.made] ?? "";
    return found.flatMap((group) => group ?? []).sort((one, other) => (made(one) < made(other) ? -1 : 1));
  }
  /** Once, by who has had a turn: done twice it would run everything again. */
  async create(name: string, group: ContainerGroup, signal: AbortSignal): Promise<ContainerGroup> {
    const { client, resourceGroup } = this.#api;
    const answer = await this.#api.beginNow(signal, (options) =>
      client.containerGroups.beginCreateOrUpdate(resourceGroup, name, group, options),
    );
    this.#made.set(name, performance.now());
    return answer as ContainerGroup;
  }
  /** Absent is no error, nor is one that is being deleted. */
  async delete(name: string, signal: AbortSignal): Promise<void> {
    const { client, resourceGroup } = this.#api;
    this.#made.delete(name);
    await unless(
      [isMissing, isTransitioning],
      this.#api.begin({ name: "Delete", kind: "delete", again: true }, signal, (options) =>
        client.containerGroups.beginDelete(resourceGroup, name, options),
      ),
    );
  }
  /** Takes its time. One that is stopping, that has ended or that is gone is no error. */
  async stop(name: string, signal: AbortSignal): Promise<void> {
    const { client, resourceGroup } = this.#api;
    await unless(
      [isMissing, isTransitioning],
      this.#api.write("Stop", signal, (options) => client.containerGroups.stop(resourceGroup, name, options)),
    );
  }
  /** Of one that runs it does nothing. */
  async start(name: string, signal: AbortSignal): Promise<void> {
    const { client, resourceGroup } = this.#api;
    await this.#api.begin({ name: "Start", kind: "write", again: true }, signal, (options) =>
      client.containerGroups.beginStart(resourceGroup, name, options),
    );
  }
  async restart(name: string, signal: AbortSignal): Promise<void> {
    const { client, resourceGroup } = this.#api;
    await this.#api.begin({ name: "Restart", kind: "write", again: true }, signal, (options) =>
      client.containerGroups.beginRestart(resourceGroup, name, options),
    );
  }
  /** All of them: what is left out is gone. */
  async retag(name: string, tags: Tags, signal: AbortSignal): Promise<void> {
    const { client, resourceGroup } = this.#api;
    await this.#api.write("Update", signal, (options) =>
      client.containerGroups.update(resourceGroup, name, { tags: { ...tags } }, options),
    );
  }
}

/** Undefined where it fails for one of these reasons. */
async function unless<T>(are: readonly ((error: unknown) => boolean)[], work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (are.some((is) => is(error))) return undefined;
    throw error;
  }
}
