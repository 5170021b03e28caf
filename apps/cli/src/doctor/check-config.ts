import type { Config } from "../config/config.ts";
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
