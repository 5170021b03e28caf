/** A schema of an OpenAPI document, as far as the extract has it. */
export interface SchemaModel {
  /** Another one, by its name among the definitions. */
  readonly ref?: string;
  readonly type?: "object" | "array" | "string" | "integer" | "number" | "boolean";
  readonly format?: string;
  readonly enum?: readonly string[];
  /** Told in answers, and passed over in requests. */
  readonly readOnly?: boolean;
  /** Taken in requests, and told in no answer. */
  readonly secret?: boolean;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaModel>>;
  readonly items?: SchemaModel;
  readonly additionalProperties?: SchemaModel;
}

export interface OperationModel {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, SchemaModel>>;
  /** The definition of what is sent along. */
  readonly body?: string;
  /** By status; null where an answer has no body. */
  readonly responses: Readonly<Record<string, SchemaModel | null>>;
}

/** What the emulators know of one API of Azure's: a generated extract of the vendor's own description. */
export interface OpenApi {
  readonly apiVersion: string;
  readonly operations: Readonly<Record<string, OperationModel>>;
  readonly definitions: Readonly<Record<string, SchemaModel>>;
}

/** Reads the description of Container Instances when it is first needed. */
export async function loadContainerInstanceApi(): Promise<OpenApi> {
  const { default: model } = await import("./models/container-instance.json", { with: { type: "json" } });
  return model as unknown as OpenApi;
}
