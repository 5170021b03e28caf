import { lstat, mkdtemp, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { LongshoreError } from "@longshore/core";
import type { ReadEntry } from "tar";
import { flagError } from "../spec/flag-error.ts";

const escape = (path: string): LongshoreError =>
  new LongshoreError(`the archive holds ${JSON.stringify(path)}, which leads out of the folder; nothing more is taken from it`, {
    code: "internal",
    operation: "copy.copyOut",
  });

const leadsOut = (path: string): boolean => path.startsWith("/") || path.split("/").includes("..");

/** A backend, or whoever has the workload in hand, may send what it likes: nothing is written but below the folder. */
function refuseEscapes({ path, type, linkpath }: ReadEntry): void {
  if (leadsOut(path)) throw escape(path);
  if (type === "Link" && linkpath !== undefined && leadsOut(linkpath)) throw escape(linkpath);
}

interface Unpacking {
  readonly tar: AsyncIterable<Uint8Array>;
  readonly folder: string;
}

/**
 * Answers the name of the one top entry. By way of a file: written to in small pieces, the library's stream (7.5) was seen to
 * wait for room that it never announced. Through a symbolic link nothing is written, also one that the archive brings.
 */
async function unpackInto({ tar, folder }: Unpacking): Promise<string | undefined> {
  const aside = await mkdtemp(join(folder, ".longshore-cp-"));
  try {
    const file = join(aside, "archive.tar");
    await writeFile(file, tar);
    return await unpackFile(file, folder);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
async function unpackFile(file: string, folder: string): Promise<string | undefined> {
  const { extract } = await import("tar");
  let top: string | undefined;
  await extract({
    file,
    cwd: folder,
    strict: true,
    preserveOwner: false,
    filter(_path, entry) {
      refuseEscapes(entry as ReadEntry);
      top ??= (entry as ReadEntry).path.replace(/^(\.\/)+/, "").split("/")[0];
      return true;
    },
  });
  return top;
}

const kindOf = async (path: string): Promise<"folder" | "file" | "absent"> =>
  stat(path).then(
    (found) => (found.isDirectory() ? "folder" : "file"),
    () => "absent",
  );

/** Beside its place first, so that what is cut short is never taken for whole. */
async function unpackAs(tar: AsyncIterable<Uint8Array>, target: string): Promise<void> {
  const aside = await mkdtemp(join(dirname(target), ".longshore-cp-"));
  try {
    const top = await unpackInto({ tar, folder: aside });
    if (top === undefined) throw flagError(target, "there was nothing to copy");
    const isFolder = (await lstat(join(aside, top))).isDirectory();
    if (isFolder && (await kindOf(target)) === "file") throw flagError(target, "is a file, and what is copied is a folder");
    await rename(join(aside, top), target);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** As cp does: into a folder that is there, else under the name that was given. */
export async function unpackFiles(tar: AsyncIterable<Uint8Array>, destination: string): Promise<void> {
  const target = resolve(destination);
  const kind = await kindOf(target);
  if (kind === "folder") return void (await unpackInto({ tar, folder: target }));
  if (kind === "absent" && destination.endsWith("/")) throw flagError(destination, "there is no such folder");
  if ((await kindOf(dirname(target))) !== "folder")
    throw flagError(destination, `there is no folder ${basename(dirname(target))}`);
  await unpackAs(tar, target);
}
