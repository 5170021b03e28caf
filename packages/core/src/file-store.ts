import { link, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Store } from "./host.ts";

const isMissing = (error: unknown): boolean => (error as { readonly code?: string }).code === "ENOENT";
const isThere = (error: unknown): boolean => (error as { readonly code?: string }).code === "EEXIST";
/** Keys hold `/` and anything else; encoded they are flat file names that sort and filter alike. */
const fileOf = (key: string): string => encodeURIComponent(key).replaceAll(".", "%2E");

/** Written and flushed aside, so that the name is only ever borne by a whole value: also after a power cut. */
async function writeAside(folder: string, value: string): Promise<string> {
  const aside = join(folder, `.${crypto.randomUUID()}`);
  const file = await open(aside, "wx", 0o600);
  try {
    await file.writeFile(value);
    await file.sync();
  } finally {
    await file.close();
  }
  return aside;
}

/**
 * One file for each key in `folder`, which is made when missing, for its user alone. Several processes may share it: `put`
 * renames, `claim` links, both atomic on one file system (rename(2), link(2)).
 */
export function fileStore(folder: string): Store {
  const at = (key: string): string => join(folder, fileOf(key));
  const writing = async (value: string, place: (aside: string) => Promise<unknown>): Promise<boolean> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const aside = await writeAside(folder, value);
    try {
      await place(aside);
      return true;
    } catch (error) {
      if (isThere(error)) return false;
      throw error;
    } finally {
      await rm(aside, { force: true });
    }
  };
  return {
    async get(key, signal) {
      try {
        return await readFile(at(key), { encoding: "utf8", signal });
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    put: async (key, value) => void (await writing(value, (aside) => rename(aside, at(key)))),
    claim: (key, value) => writing(value, (aside) => link(aside, at(key))),
    delete: (key) => rm(at(key), { force: true }),
    async *list(prefix) {
      const names = await readdir(folder).catch((error: unknown) => {
        if (isMissing(error)) return [];
        throw error;
      });
      for (const name of names) {
        const key = name.startsWith(".") ? undefined : decodeURIComponent(name);
        if (key?.startsWith(prefix) === true) yield key;
      }
    },
  };
}
