import { writeFile } from "node:fs/promises";
import type { BareSession } from "../session.ts";
import { flagError } from "../spec/flag-error.ts";
import { exampleConfig } from "../config/example-config.ts";

export interface InitFlags {
  readonly force?: boolean;
}

/** Writes a config to begin with: where `--config` says, else `longshore.yaml` here. */
export async function init({ flags, output, json }: BareSession, { force = false }: InitFlags): Promise<number> {
  const file = flags.config ?? "longshore.yaml";
  try {
    await writeFile(file, exampleConfig, { flag: force ? "w" : "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw flagError(file, code === "EEXIST" ? "is there already; --force writes over it" : `cannot be written: ${message}`);
  }
  if (json) await output.json({ file });
  else await output.line(`wrote ${file}; longshore doctor says whether it works here`);
  return 0;
}
