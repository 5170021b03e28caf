import {
  createRegistry,
  expectedWords,
  fileStore,
  LongshoreError,
  type OpenOptions,
  type Problem,
  type Runtime,
  tokenBucket,
  type TokenBucketOptions,
} from "@longshore/core";
import type { Config, Limits } from "./config.ts";
import { configuredSecrets } from "./configured-secrets.ts";
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

/** What the config gives every runtime of it. */
const hostOf = ({ store }: Config, limits: Limits | undefined): Pick<OpenOptions, "secrets" | "store" | "limiter"> => ({
  secrets: configuredSecrets(),
  ...(store !== undefined && { store: fileStore(store) }),
  ...(limits !== undefined && { limiter: tokenBucket(bucketOf(limits)) }),
});
const bucketOf = ({ perSecond, burst }: Limits): TokenBucketOptions => ({ perSecond, ...(burst !== undefined && { burst }) });

/**
 * Opens the runtime that the config calls `name`, in the config's owner's name, with its share of the rate and the config's
 * store; imports its plugin and no other. Secrets
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
  const { limits, ...pluginConfig } = entry;
  const otherPlugins = [plugin.name, ...Object.keys(ownPlugins)];
  try {
    const host = { ...hostOf(config, limits), otherPlugins, ...options, owner: config.owner, name };
    return await createRegistry([plugin]).open({ ...pluginConfig, use: plugin.name }, host);
  } catch (error) {
    throw explainFailure(error, config, name);
  }
}
