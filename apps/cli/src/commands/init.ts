import { stat, writeFile } from "node:fs/promises";
import type { BareSession } from "../session.ts";
import { flagError } from "../spec/flag-error.ts";
import { exampleConfig } from "../config/example-config.ts";

export interface InitFlags {
  readonly force?: boolean;
}
const reasons: Readonly<Record<string, string>> = {
  EEXIST: "is there already; --force writes over it",
  EISDIR: "is a folder; name a file with --config",
  ENOENT: "cannot be written: there is no such folder",
  ENOTDIR: "cannot be written: a file is where its folder would be",
  EACCES: "cannot be written: this user may not write there",
  EROFS: "cannot be written: the file system is read-only",
  ENOSPC: "cannot be written: the disk is full",
};

/** Writes a config to begin with: where `--config` says, else `longshore.yaml` here. */
export async function init({ flags, output, json }: BareSession, { force = false }: InitFlags): Promise<number> {
  const file = flags.config ?? "longshore.yaml";
  try {
    await writeFile(file, exampleConfig, { flag: force ? "w" : "wx" });
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    const isFolder = (await stat(file).catch(() => undefined))?.isDirectory() ?? false;
    throw flagError(file, reasons[isFolder ? "EISDIR" : code] ?? `cannot be written: ${message}`);
  }
  if (json) await output.json({ file });
  else await output.line(`wrote ${file}; longshore doctor says whether it works here`);
  return 0;
}
