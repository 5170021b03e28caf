/** What the emulators know of one service: a generated extract of the vendor's own model. */
export interface ServiceModel {
  readonly metadata: ServiceMetadata;
  readonly operations: Readonly<Record<string, OperationModel>>;
  readonly pagination: Readonly<Record<string, PaginationModel>>;
  readonly shapes: Readonly<Record<string, ShapeModel>>;
}

export interface ServiceMetadata {
  readonly apiVersion: string;
  /** The name in signatures, unless `signingName` says another. */
  readonly endpointPrefix: string;
  readonly protocol: "json" | "query" | "ec2";
  readonly serviceId: string;
  readonly signingName?: string;
  /** What stands before the operation in `X-Amz-Target`. JSON services only. */
  readonly targetPrefix?: string;
  readonly xmlNamespace?: string;
}

export interface OperationModel {
  readonly input?: string;
  readonly output?: string;
  readonly resultWrapper?: string;
  /** Names of shapes. */
  readonly errors: readonly string[];
}

export interface PaginationModel {
  readonly input_token: string;
  readonly output_token: string;
  readonly limit_key?: string;
  readonly result_key: string | readonly string[];
}

export interface MemberModel {
  readonly shape: string;
  readonly locationName?: string;
  readonly queryName?: string;
  readonly flattened?: boolean;
}

export type ShapeType =
  | "structure"
  | "list"
  | "map"
  | "string"
  | "boolean"
  | "integer"
  | "long"
  | "float"
  | "double"
  | "timestamp"
  | "blob";

export interface ShapeModel {
  readonly type: ShapeType;
  readonly required?: readonly string[];
  readonly members?: Readonly<Record<string, MemberModel>>;
  readonly member?: MemberModel;
  readonly key?: MemberModel;
  readonly value?: MemberModel;
  readonly enum?: readonly string[];
  /** Of a string, its UTF-16 units, as the services' Java counts; of a list or map, its entries; of a blob, its bytes; of a number, its value. */
  readonly min?: number;
  readonly max?: number;
  /** All of the text has to match. */
  readonly pattern?: string;
  readonly flattened?: boolean;
  /** Any JSON. */
  readonly document?: boolean;
  readonly union?: boolean;
  readonly exception?: boolean;
  /** The service's own failure: HTTP 500 unless `error` says otherwise. */
  readonly fault?: boolean;
  readonly error?: { readonly code?: string; readonly httpStatusCode?: number };
  readonly eventstream?: boolean;
}

export type ModelName = "ec2" | "ecs" | "iam" | "logs" | "secretsmanager" | "ssm" | "sts";

const files: Readonly<Record<ModelName, () => Promise<{ readonly default: object }>>> = {
  ec2: () => import("./models/ec2.json", { with: { type: "json" } }),
  ecs: () => import("./models/ecs.json", { with: { type: "json" } }),
  iam: () => import("./models/iam.json", { with: { type: "json" } }),
  logs: () => import("./models/logs.json", { with: { type: "json" } }),
  secretsmanager: () => import("./models/secretsmanager.json", { with: { type: "json" } }),
  ssm: () => import("./models/ssm.json", { with: { type: "json" } }),
  sts: () => import("./models/sts.json", { with: { type: "json" } }),
};

/** Reads a model when it is first needed. */
export async function loadServiceModel(name: ModelName): Promise<ServiceModel> {
  const { default: model } = await files[name]();
  return model as ServiceModel;
}
