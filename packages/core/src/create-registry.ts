import type { RuntimePlugin } from "./define-runtime.ts";
import { LongshoreError } from "./longshore-error.ts";
import { expectedWords } from "./nearest-word.ts";
import type { OpenOptions } from "./open-options.ts";
import { openRuntime } from "./open-runtime.ts";
import type { Runtime } from "./runtime.ts";

/** `use` names the plugin, the rest is the plugin's own config. */
export interface RuntimeConfig {
  readonly use: string;
  readonly [key: string]: unknown;
}
export interface Registry {
  open(config: RuntimeConfig, options: OpenOptions): Promise<Runtime>;
}
export type AnyPlugin = Pick<RuntimePlugin<string, never>, "name" | "with">;

/** By config. Holds what it is given: nothing is scanned for. */
export function createRegistry(plugins: readonly AnyPlugin[]): Registry {
  const names = plugins.map(({ name }) => name);
  return {
    async open({ use, ...config }, options) {
      const plugin = plugins.find(({ name }) => name === use);
      if (plugin === undefined) {
        const message = `use: no plugin ${JSON.stringify(use)}; ${expectedWords(use, names)}`;
        throw new LongshoreError(message, { code: "invalid-config", operation: "open", runtime: options.name ?? use });
      }
      return openRuntime(plugin.with(config as never), { otherPlugins: names, ...options });
    },
  };
}
