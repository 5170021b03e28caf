import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { configuredSecrets } from "../config/configured-secrets.ts";
import { readConfig } from "../config/read-config.ts";
import { messageOf } from "../runtimes/open-all.ts";
import type { GlobalFlags } from "../session.ts";
import type { Finding } from "./finding.ts";

/** The config where there is a valid one; a broken one is the finding. */
export async function checkConfig({ config: file, owner }: GlobalFlags): Promise<readonly [Finding, Config | undefined]> {
  try {
    const config = await readConfig({ ...(file !== undefined && { file }), ...(owner !== undefined && { owner }) });
    const found = config.file ?? "none; the built-in one holds: local processes and Docker";
    return [{ check: "config", state: "ok", message: `${found}; owner ${config.owner}` }, config];
  } catch (error) {
    const hint = "correct it, or compare it with what longshore init writes";
    return [{ check: "config", state: "bad", message: messageOf(error), hint }, undefined];
  }
}

/** Writes as the store does, and takes it away again. */
export async function checkStore({ store }: Config): Promise<Finding> {
  const check = "store";
  if (store === undefined) return { check, state: "ok", message: "none; what a backend forgets is not remembered" };
  const probe = join(store, `.doctor-${process.pid}`);
  try {
    await mkdir(store, { recursive: true, mode: 0o700 });
    await writeFile(probe, "");
    await rm(probe);
    return { check, state: "ok", message: `${store} can be written` };
  } catch (error) {
    return {
      check,
      state: "bad",
      message: messageOf(error),
      hint: "name a folder that this user may write as store in the config",
    };
  }
}

/** Resolves a variable that every shell sets, the way a spec's secret is. */
export async function checkSecrets(signal: AbortSignal): Promise<Finding> {
  const check = "secrets";
  try {
    await configuredSecrets().resolve("env:PATH", signal);
    return { check, state: "ok", message: "env:NAME and file:PATH are resolved by this command" };
  } catch (error) {
    return { check, state: "bad", message: messageOf(error), hint: "run it in an environment with variables" };
  }
}
