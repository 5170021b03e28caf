import { isBuiltin } from "node:module";
import { type AnyPlugin, LongshoreError, expectedWords } from "@longshore/core";
import type { Config } from "./config.ts";
import { ownPlugins } from "./own-plugins.ts";
import { resolvePackage } from "./resolve-package.ts";

const isPlugin = (found: unknown): found is AnyPlugin & { readonly specVersion: "v1" } => {
  if (typeof found !== "object" || found === null) return false;
  const { specVersion, name, with: bind } = found as Readonly<Record<string, unknown>>;
  return specVersion === "v1" && typeof name === "string" && typeof bind === "function";
};
/** A bare package name: no path, nothing that a URL could be made of. */
const packageName = /^(@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*$/;

/** The plugin that a runtime's `use` names: from the config file's folder, else from the command's own dependencies. */
export async function loadPlugin(config: Config, runtime: string): Promise<AnyPlugin> {
  const use = config.runtimes[runtime]?.use ?? "";
  const refuse = (why: string, cause?: unknown): LongshoreError => {
    const message = `${config.file ?? "built-in config"}: runtimes.${runtime}.use: ${why}`;
    return new LongshoreError(message, { code: "invalid-config", operation: "load", runtime, cause });
  };
  const name = Object.hasOwn(ownPlugins, use) ? (ownPlugins[use] ?? use) : use;
  const known = [...Object.keys(ownPlugins), ...Object.values(ownPlugins)];
  const refused = `no plugin ${JSON.stringify(use)} is installed; ${expectedWords(use, known)}`;
  if (!packageName.test(name) || isBuiltin(name)) throw refuse(refused);
  const url = (await resolvePackage(name, config.folder)) ?? (await resolvePackage(name, import.meta.dirname));
  if (url === undefined) throw refuse(`${refused}; another package: npm install ${name} in ${config.folder}`);
  const module: unknown = await import(url).catch((error: unknown) => {
    throw refuse(`the package ${name} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, error);
  });
  const { runtime: found } = module as { readonly runtime?: unknown };
  if (isPlugin(found)) return found;
  throw refuse(`the package ${name} exports no plugin; expected an export "runtime" made by defineRuntime`);
}
