import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type ContainerGroup, ContainerInstanceManagementClient } from "@azure/arm-containerinstance";
import type { Owner, Store, WorkloadId } from "@longshore/core";
import type { AciConfig } from "@longshore/aci";
import type { AciEmulator, AciEmulatorOptions } from "@longshore/emulators";

export const image = "busybox:1.35";
const subscription = "11111111-2222-3333-4444-555555555555";
const resourceGroup = "tests";

/** A config that is quick: what an emulator answers, it answers at once. */
export const configOf = (endpoint: string): AciConfig => ({
  subscription,
  resourceGroup,
  location: "westeurope",
  endpoint,
  pollMs: 50,
  logQuietMs: 200,
  freshMs: 300,
  pullPatienceMs: 500,
  changesPerHour: 1_000_000,
  readsPerSecond: 2000,
});
/** A group is deployed for longer than a look is young: what a second creation meets. Programs may say goodbye. */
export const bedOptions: AciEmulatorOptions = { engine: "process", http: true, delays: { pending: 400, grace: 1000 } };

/** What is really there, seen by the plain SDK. */
export class Bed {
  readonly client: ContainerInstanceManagementClient;

  constructor({ url }: Pick<AciEmulator, "url">) {
    const options = { endpoint: url, allowInsecureConnection: true, retryOptions: { maxRetries: 5 } };
    this.client = new ContainerInstanceManagementClient({ getToken: async () => null }, subscription, options);
    this.client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  }
  async groups(owner: Owner, id?: WorkloadId): Promise<readonly ContainerGroup[]> {
    const all = await Array.fromAsync(this.client.containerGroups.listByResourceGroup(resourceGroup));
    const isOurs = ({ tags = {} }: ContainerGroup): boolean =>
      tags["longshore-owner"] === owner && (id === undefined || tags["longshore-id"] === id);
    return all.filter(isOurs);
  }
  get(name: string): Promise<ContainerGroup> {
    return this.client.containerGroups.get(resourceGroup, name);
  }
  /** Those of which something runs, or is about to. */
  async running(owner: Owner, id: WorkloadId): Promise<readonly string[]> {
    const groups = await Promise.all((await this.groups(owner, id)).map(({ name }) => this.get(name!).catch(() => undefined)));
    const isOver = ({ instanceView }: ContainerGroup): boolean =>
      ["Stopped", "Succeeded", "Failed"].includes(instanceView?.state ?? "");
    return groups.flatMap((group) => (group === undefined || isOver(group) ? [] : [group.name!]));
  }
  /** Of the emulator's Docker engine, by the label that it gives them. */
  async kill(owner: Owner, id: WorkloadId, instance: string): Promise<void> {
    const docker = (...words: readonly string[]) => promisify(execFile)("docker", words);
    const group = (await this.groups(owner, id)).find(({ tags }) => tags?.["longshore-run"] === instance);
    // Another container of the group holds its network.
    const filters = ["--filter", `label=longshore.emulator.group=${group?.id}`, "--filter", "name=-main-"];
    const { stdout } = await docker("ps", "--quiet", "--no-trunc", ...filters);
    for (const container of stdout.split("\n").filter(Boolean)) await docker("kill", container);
  }
  async wipe(owner: Owner): Promise<void> {
    for (;;) {
      const groups = await this.groups(owner);
      if (groups.length === 0) return;
      const ask = ({ name }: ContainerGroup): Promise<unknown> =>
        this.client.containerGroups.beginDeleteAndWait(resourceGroup, name!, { updateIntervalInMs: 20 }).catch(() => {});
      await Promise.all(groups.map(ask));
    }
  }
}

/** Keeps lines, and forgets whatever else is remembered: who starts something twice is stopped by the backend alone. */
export function onlyLines(store: Store): Store {
  const isLines = (key: string): boolean => key.startsWith("spool/");
  return {
    get: async (key, signal) => (isLines(key) ? store.get(key, signal) : undefined),
    put: async (key, value, signal) => (isLines(key) ? store.put(key, value, signal) : undefined),
    claim: async (key, value, signal) => (isLines(key) ? store.claim(key, value, signal) : true),
    delete: async (key, signal) => (isLines(key) ? store.delete(key, signal) : undefined),
    list: (prefix, signal) => store.list(isLines(prefix) ? prefix : "spool/none/", signal),
  };
}
