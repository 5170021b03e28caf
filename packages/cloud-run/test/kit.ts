import type { Owner, WorkloadId } from "@longshore/core";
import type { CloudRunConfig } from "@longshore/cloud-run";
import type { CloudRunEmulator } from "@longshore/emulators";

export const image = "busybox:1.35";
export const project = "longshore-tests";
const region = "europe-west3";
export const serviceAccount = `program@${project}.iam.gserviceaccount.com`;
const parent = `projects/${project}/locations/${region}`;
export type Transport = NonNullable<CloudRunConfig["transport"]>;
/** What the emulator gives a program between TERM and KILL. */
export const graceMs = 1000;

/** A config that is quick: what an emulator answers, it answers at once. */
export const configOf = (endpoint: string, transport: Transport): CloudRunConfig => ({
  project,
  region,
  serviceAccount,
  endpoint,
  transport,
  stopGraceMs: graceMs,
  logQuietMs: 300,
  logOverlapMs: 2000,
  pollMs: 50,
  logCallsPerMinute: 60_000,
  callsPerSecond: 2000,
});
export const endpointOf = ({ url, port }: CloudRunEmulator, transport: Transport): string =>
  transport === "rest" ? url : `http://127.0.0.1:${port}`;

interface Resource {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly deleteTime?: string;
}
export interface Execution extends Resource {
  readonly completionTime?: string;
}
interface Page {
  readonly nextPageToken?: string;
  readonly [items: string]: unknown;
}
const ownerLabel = "longshore-owner";
const idLabel = "longshore-id";

/** What is really there, asked by plain HTTP and not through any client of ours. */
export class Bed {
  readonly #url: string;

  constructor({ url }: CloudRunEmulator) {
    this.#url = url;
  }
  async list<Item extends Resource>(path: string): Promise<readonly Item[]> {
    const found: Item[] = [];
    let token = "";
    do {
      const answer = await fetch(`${this.#url}/v2/${parent}/${path}?pageSize=1000&pageToken=${token}`);
      const page = (await answer.json()) as Page;
      const items = page[path.split("/").at(-1)!] as Item[] | undefined;
      found.push(...(items ?? []));
      token = page.nextPageToken ?? "";
    } while (token !== "");
    return found;
  }
  executions(): Promise<readonly Execution[]> {
    return this.list<Execution>("jobs/-/executions");
  }
  async all(owner: Owner): Promise<readonly Resource[]> {
    const lists = await Promise.all([this.list("jobs"), this.list("services"), this.list("workerPools")]);
    return lists.flat().filter(({ labels }) => labels?.[ownerLabel] === owner);
  }
  async of(owner: Owner, id: WorkloadId): Promise<readonly Execution[]> {
    const all = await this.executions();
    return all.filter(({ labels }) => labels?.[ownerLabel] === owner && labels[idLabel] === id);
  }
  /** That the programs of a workload have, as Cloud Run gives them. */
  async variables(owner: Owner, id: WorkloadId): Promise<readonly string[]> {
    const ours = (await this.all(owner))
      .filter(({ labels }) => labels?.[idLabel] === id)
      .map(({ name }) => name.split("/").at(-1)!);
    return ours.flatMap((name) => [`CLOUD_RUN_JOB=${name}`, `K_SERVICE=${name}`, `CLOUD_RUN_WORKER_POOL=${name}`]);
  }
  async natives(owner: Owner): Promise<readonly string[]> {
    return (await this.all(owner)).map(({ name }) => name);
  }
  async wipe(owner: Owner): Promise<void> {
    const all = await this.all(owner);
    await Promise.all(all.map(({ name }) => fetch(`${this.#url}/v2/${name}`, { method: "DELETE" })));
    while ((await this.natives(owner)).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
