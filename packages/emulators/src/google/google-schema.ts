import protobuf from "protobufjs";
import { fromProto3JSON, toProto3JSON } from "proto3-json-serializer";
import { dropDefaults } from "./drop-defaults.ts";
import { GoogleError } from "./google-error.ts";
import type { GoogleMessage, HttpPath } from "./google-service.ts";
import { readHttpPaths } from "./read-http-paths.ts";

export interface MethodModel {
  readonly requestType: string;
  readonly responseType: string;
  readonly streams: boolean;
  readonly paths: readonly HttpPath[];
}

type Json = Parameters<typeof fromProto3JSON>[1];

const unreadable = (error: unknown): GoogleError =>
  new GoogleError("INVALID_ARGUMENT", `Invalid JSON payload received. ${(error as Error).message}`);

/** The protocol descriptions: messages between bytes, JSON as REST has it, and the one JSON form that methods know. */
export class GoogleSchema {
  readonly #root: protobuf.Root;

  private constructor(root: protobuf.Root) {
    this.#root = root;
  }

  static async load(): Promise<GoogleSchema> {
    const { default: descriptions } = await import("./models/google.json", { with: { type: "json" } });
    const root = protobuf.Root.fromJSON(descriptions as protobuf.INamespace);
    root.resolveAll();
    return new GoogleSchema(root);
  }

  type(name: string): protobuf.Type {
    return this.#root.lookupType(name);
  }

  methods(service: string): Readonly<Record<string, MethodModel>> {
    const models = this.#root.lookupService(service).methodsArray.map((method) => {
      method.resolve();
      const model: MethodModel = {
        requestType: method.resolvedRequestType!.fullName.slice(1),
        responseType: method.resolvedResponseType!.fullName.slice(1),
        streams: Boolean(method.requestStream),
        paths: readHttpPaths(method.options?.["(google.api.http)"]),
      };
      return [method.name, model] as const;
    });
    return Object.fromEntries(models);
  }

  decode(type: string, bytes: Uint8Array): GoogleMessage {
    return toProto3JSON(this.type(type).decode(bytes)) as GoogleMessage;
  }

  /** What has no presence of its own and its default value is left out, as the real services' libraries do. */
  encode(type: string, message: object): Uint8Array {
    const model = this.type(type);
    return model.encode(fromProto3JSON(model, dropDefaults(model, message) as Json)!).finish();
  }

  /** Reads JSON as clients send it. @throws `INVALID_ARGUMENT` */
  read(type: string, json: unknown): GoogleMessage {
    const model = this.type(type);
    try {
      const message = fromProto3JSON(model, json as Json);
      return message ? (toProto3JSON(message) as GoogleMessage) : {};
    } catch (error) {
      throw unreadable(error);
    }
  }

  /** As REST answers it. */
  write(type: string, message: object, numericEnums = false): unknown {
    const model = this.type(type);
    return toProto3JSON(fromProto3JSON(model, dropDefaults(model, message) as Json)!, { numericEnums });
  }
}
