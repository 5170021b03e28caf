import { randomUUID } from "node:crypto";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { EngineMount } from "../engine.ts";
import type { AzureFile, GroupProperties, Volume, VolumeMount } from "./group-shapes.ts";

/** The volumes of one deployment of a group. */
export interface DeploymentFolders extends AsyncDisposable {
  mountsOf(mounts: readonly VolumeMount[] | undefined): readonly EngineMount[];
}

/** Containers run as whoever they like; whoever else is on this machine does not find the folder inside a folder that nobody can list. */
const forAll = 0o777;
const readableByAll = 0o444;
const unlisted = 0o711;

/** Where volumes really are: folders of this machine, gone when the emulator closes. */
export class GroupFolders {
  /** By `account/share`. */
  readonly #shares: Map<string, string>;
  readonly #made = new Set<string>();

  /** @param shares Folders that are there, by `account/share`; any other share is an empty one. */
  constructor(shares: Readonly<Record<string, string>> = {}) {
    this.#shares = new Map(Object.entries(shares));
  }

  async open({ volumes = [] }: GroupProperties): Promise<DeploymentFolders> {
    const own: string[] = [];
    const folders = new Map<string, { readonly folder: string; readonly readOnly: boolean }>();
    for (const volume of volumes) {
      const folder = volume.azureFile ? await this.#share(volume.azureFile) : await this.#fill(volume);
      if (!volume.azureFile) own.push(folder);
      folders.set(volume.name, { folder, readOnly: volume.secret !== undefined || volume.azureFile?.readOnly === true });
    }
    return {
      mountsOf: (mounts = []) =>
        mounts.flatMap(({ name, mountPath, readOnly = false }) => {
          const found = folders.get(name);
          return found ? [{ folder: found.folder, path: mountPath, readOnly: readOnly || found.readOnly }] : [];
        }),
      [Symbol.asyncDispose]: async () => void (await Promise.all(own.map((folder) => this.#remove(folder)))),
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#made].map((folder) => this.#remove(folder)));
  }

  async #make(): Promise<string> {
    const outer = await mkdtemp(join(tmpdir(), "longshore-aci-"));
    const folder = join(outer, randomUUID());
    this.#made.add(folder);
    await chmod(outer, unlisted);
    await mkdir(folder);
    await chmod(folder, forAll);
    return folder;
  }

  async #fill({ secret = {} }: Volume): Promise<string> {
    const folder = await this.#make();
    for (const [name, value] of Object.entries(secret))
      await writeFile(join(folder, name), Buffer.from(value, "base64"), { mode: readableByAll });
    return folder;
  }

  async #share({ storageAccountName, shareName }: AzureFile): Promise<string> {
    const key = `${storageAccountName}/${shareName}`;
    const known = this.#shares.get(key);
    if (known !== undefined) {
      await mkdir(known, { recursive: true });
      return known;
    }
    const folder = await this.#make();
    this.#shares.set(key, folder);
    return folder;
  }

  async #remove(folder: string): Promise<void> {
    this.#made.delete(folder);
    await rm(dirname(folder), { recursive: true, force: true });
  }
}
