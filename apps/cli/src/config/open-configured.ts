import {
  combineSecrets,
  createRegistry,
  environmentSecrets,
  expectedWords,
  fileSecrets,
  LongshoreError,
  type OpenOptions,
  type Problem,
  type Runtime,
} from "@longshore/core";
import type { Config } from "./config.ts";
import { loadPlugin } from "./load-plugin.ts";
import { ownPlugins } from "./own-plugins.ts";

const isProblems = (cause: unknown): cause is readonly Problem[] => Array.isArray(cause);

/** In the words of whoever wrote the config: which file and entry, or that the engine is down. */
function explainFailure(error: unknown, config: Config, name: string): unknown {
  if (!LongshoreError.is(error)) return error;
  const { code, message, cause } = error;
  const rest = { ...error.toJSON(), runtime: name, cause };
  if (code === "invalid-config" && isProblems(cause)) {
    const at = `runtimes.${name}`;
    const said = cause.map((one) => `${one.path === "" ? at : `${at}.${one.path}`}: ${one.message}`).join("; ");
    return new LongshoreError(`${config.file ?? "built-in config"}: ${said}`, rest);
  }
  if (code !== "unavailable") return error;
  return new LongshoreError(`${name}: unavailable: ${message.replace(/^.*?\(unavailable\): /, "")}`, rest);
}

/**
 * Opens the runtime that the config calls `name`, in the config's owner's name; imports its plugin and no other. Secrets
 * come from this process's environment (`env:NAME`) and from files (`file:PATH`).
 */
export async function openConfigured(
  config: Config,
  name: string,
  options: Partial<Omit<OpenOptions, "owner" | "name">> = {},
): Promise<Runtime> {
  const entry = Object.hasOwn(config.runtimes, name) ? config.runtimes[name] : undefined;
  if (entry === undefined) {
    const message = `no runtime ${JSON.stringify(name)} in ${config.file ?? "the built-in config"}`;
    const hint = expectedWords(name, Object.keys(config.runtimes));
    throw new LongshoreError(`runtime: ${message}; ${hint}`, { code: "invalid-argument", operation: "open" });
  }
  const plugin = await loadPlugin(config, name);
  const secrets = combineSecrets({ env: environmentSecrets(), file: fileSecrets() });
  const otherPlugins = [plugin.name, ...Object.keys(ownPlugins)];
  try {
    const host = { secrets, otherPlugins, ...options, owner: config.owner, name };
    return await createRegistry([plugin]).open({ ...entry, use: plugin.name }, host);
  } catch (error) {
    throw explainFailure(error, config, name);
  }
}
