import type { CloudRequest } from "../cloud.ts";
import type { AwsProtocol, AwsReply, AwsReplyPlace } from "./aws-protocol.ts";
import { errorStatus } from "./error-status.ts";
import { encodeEventStream } from "./event-stream.ts";
import { ModelledError } from "./modelled-error.ts";
import type { ServiceModel } from "./service-model.ts";
import { toWireJson } from "./to-wire-json.ts";

const contentType = "application/x-amz-json-1.1";
const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

function readJson(request: CloudRequest): unknown {
  if (request.body.length === 0) return {};
  try {
    return JSON.parse(Buffer.from(request.body).toString());
  } catch {
    throw new ModelledError("SerializationException", "The request's body is no JSON");
  }
}

/** The member of an operation's output that is a stream of events. */
function streamOf(model: ServiceModel, operation: string): string | undefined {
  const members = model.shapes[model.operations[operation]?.output ?? ""]?.members ?? {};
  return Object.keys(members).find((name) => model.shapes[members[name]?.shape ?? ""]?.eventstream);
}

/** JSON 1.1: the operation in `X-Amz-Target`, errors by `__type`. */
export function jsonProtocol(model: ServiceModel): AwsProtocol {
  const prefix = `${model.metadata.targetPrefix}.`;
  const reply = (status: number, { requestId }: AwsReplyPlace, body: AwsReply["body"]): AwsReply => ({
    status,
    headers: { "content-type": contentType, "x-amzn-requestid": requestId },
    body,
  });
  return {
    operationOf({ headers }) {
      const target = headers["x-amz-target"];
      return target?.startsWith(prefix) ? target.slice(prefix.length) : undefined;
    },
    readInput: readJson,
    writeOutput(output, place) {
      const stream = streamOf(model, place.operation);
      if (stream !== undefined) {
        const events = (output as Record<string, AsyncIterable<object>>)[stream] as AsyncIterable<object>;
        const { headers, ...rest } = reply(200, place, encodeEventStream(events));
        return { ...rest, headers: { ...headers, "content-type": "application/vnd.amazon.eventstream" } };
      }
      const hasOutput = model.operations[place.operation]?.output !== undefined;
      return reply(200, place, hasOutput ? bytes(toWireJson(output)) : new Uint8Array());
    },
    writeError(error, place) {
      const body = { __type: error.code, ...error.fields, message: error.message };
      return reply(errorStatus(model, error), place, bytes(toWireJson(body)));
    },
  };
}
