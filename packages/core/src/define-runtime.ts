import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { Call } from "./call.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Host } from "./host.ts";
import type { RuntimeDriver } from "./runtime-driver.ts";
import type { Traits } from "./traits.ts";
import { refusal, validate } from "./validate.ts";

export interface RuntimeDefinition<
  N extends string,
  Config extends StandardSchemaV1,
  Slice extends StandardSchemaV1,
  C extends Capabilities,
> {
  readonly specVersion: "v1";
  /** Also the key of this driver's slice in `spec.options`. */
  readonly name: N;
  readonly traits: Traits;
  /** Loaded on `open`, so that importing a plugin imports no schema library. Both refuse keys they do not know. */
  schemas(): Promise<{ readonly config: Config; readonly options: Slice }>;
  open(
    config: StandardSchemaV1.InferOutput<Config>,
    host: Host,
    call: Call,
  ): Promise<RuntimeDriver<C, StandardSchemaV1.InferOutput<Slice>>>;
}
/** A plugin with its config, its types closed over. Only core calls `open`. */
export interface Binding<C extends Capabilities = Capabilities> {
  readonly name: string;
  readonly traits: Traits;
  open(host: Host, call: Call): Promise<{ readonly driver: RuntimeDriver<C>; readonly options: StandardSchemaV1 }>;
}
export interface RuntimePlugin<N extends string = string, Input = unknown, C extends Capabilities = Capabilities> {
  readonly specVersion: "v1";
  readonly name: N;
  readonly traits: Traits;
  with(config: Input): Binding<C>;
}

/** Does no I/O: a definition may be made at the top of a module. */
export function defineRuntime<
  const N extends string,
  Config extends StandardSchemaV1,
  Slice extends StandardSchemaV1,
  C extends Capabilities,
>(definition: RuntimeDefinition<N, Config, Slice, C>): RuntimePlugin<N, StandardSchemaV1.InferInput<Config>, C> {
  const { specVersion, name, traits } = definition;
  const bind = (config: unknown): Binding<C> => ({
    name,
    traits,
    async open(host, call) {
      const { config: schema, options } = await definition.schemas();
      const { value, issues } = await validate(schema, config);
      if (issues.length > 0) throw refusal("invalid-config", { operation: "open", runtime: name }, issues);
      return { driver: (await definition.open(value, host, call)) as RuntimeDriver<C>, options };
    },
  });
  return Object.freeze({ specVersion, name, traits, with: bind });
}
