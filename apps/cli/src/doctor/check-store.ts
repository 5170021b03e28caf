import { mkdir, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Config } from "../config/config.ts";
import { messageOf } from "../runtimes/open-all.ts";
import type { Finding } from "./finding.ts";
import { nearestFolder } from "./nearest-folder.ts";

/** Writes below what is there already and takes it away again: looking must not leave a store behind. */
async function tryToWrite(store: string): Promise<void> {
  const there = await nearestFolder(store);
  if (there === store) {
    const probe = join(store, `.doctor-${process.pid}`);
    await writeFile(probe, "");
    return rm(probe);
  }
  let missing = store;
  while (dirname(missing) !== there) missing = dirname(missing);
  await mkdir(missing, { mode: 0o700 });
  await rmdir(missing);
}

/** Whether what was started can be remembered where the config says. */
export async function checkStore({ store }: Config): Promise<Finding> {
  const check = "store";
  if (store === undefined) return { check, state: "ok", message: "none; what a backend forgets is not remembered" };
  try {
    await tryToWrite(store);
    return { check, state: "ok", message: `${store} can be written` };
  } catch (error) {
    const hint = "name a folder that this user may write as store in the config";
    return { check, state: "bad", message: messageOf(error), hint };
  }
}
