import { lstat } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { flagError } from "../spec/flag-error.ts";

/** `a/.` and `a/..` name a folder and not what is in it. */
export const nameOf = (path: string): string => basename(resolve("/", path));

/** The archive of a file or folder, its one top entry called `name`. Owners of this machine mean nothing elsewhere and are left out. */
export async function packFiles(path: string, name: string): Promise<AsyncIterable<Uint8Array>> {
  const full = resolve(path);
  await lstat(full).catch(() => {
    throw flagError(path, "there is no such file or folder");
  });
  const { create } = await import("tar");
  const top = basename(full);
  const renamed = (inside: string): string => {
    const bare = inside.replace(/^\.\//, "");
    return bare === top || bare.startsWith(`${top}/`) ? name + bare.slice(top.length) : inside;
  };
  return create(
    {
      cwd: dirname(full),
      portable: true,
      onWriteEntry(entry) {
        entry.path = renamed(entry.path);
        if (entry.type === "Link" && entry.linkpath !== undefined) entry.linkpath = renamed(entry.linkpath);
      },
    },
    // A name that begins with @ would be taken for an archive to include.
    [`./${top}`],
  );
}
