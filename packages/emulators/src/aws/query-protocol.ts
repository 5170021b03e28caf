import type { CloudRequest } from "../cloud.ts";
import type { AwsProtocol, AwsReplyPlace } from "./aws-protocol.ts";
import { errorStatus } from "./error-status.ts";
import type { ModelledError } from "./modelled-error.ts";
import { readQueryInput } from "./read-query-input.ts";
import type { ServiceModel } from "./service-model.ts";
import { escapeXml, writeXml } from "./write-xml.ts";

/** Names that this protocol has of its own for what all services answer with. */
const queryCodes: Readonly<Record<string, string>> = {
  AccessDeniedException: "AccessDenied",
  IncompleteSignatureException: "IncompleteSignature",
  InvalidSignatureException: "SignatureDoesNotMatch",
  MissingAuthenticationTokenException: "MissingAuthenticationToken",
  ThrottlingException: "Throttling",
  UnknownOperationException: "InvalidAction",
  ValidationException: "ValidationError",
};
const ec2Codes: Readonly<Record<string, string>> = {
  ...queryCodes,
  AccessDeniedException: "UnauthorizedOperation",
  ThrottlingException: "RequestLimitExceeded",
  ValidationException: "InvalidParameterValue",
};
const statuses: Readonly<Record<string, number>> = {
  MissingAuthenticationTokenException: 403,
  InvalidSignatureException: 403,
  AccessDeniedException: 403,
};

function parametersOf({ method, url, body }: CloudRequest): URLSearchParams {
  const query = url.indexOf("?");
  return new URLSearchParams(method === "GET" && query >= 0 ? url.slice(query + 1) : Buffer.from(body).toString());
}

const errorElements = (model: ServiceModel, { code, message }: ModelledError): string => {
  const codes = model.metadata.protocol === "ec2" ? ec2Codes : queryCodes;
  const name = model.shapes[code]?.error?.code ?? codes[code] ?? code;
  return `<Code>${escapeXml(name)}</Code><Message>${escapeXml(message)}</Message>`;
};

/** Query services, and EC2's older form of the same: a form with `Action` and `Version` in, XML out. */
export function queryProtocol(model: ServiceModel): AwsProtocol {
  const { apiVersion, xmlNamespace, protocol } = model.metadata;
  const isEc2 = protocol === "ec2";
  const reply = (status: number, { requestId }: AwsReplyPlace, xml: string) => ({
    status,
    headers: { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId },
    body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`),
  });
  return {
    operationOf(request) {
      if (request.headers["x-amz-target"] !== undefined) return undefined;
      const parameters = parametersOf(request);
      return parameters.get("Version") === apiVersion ? (parameters.get("Action") ?? undefined) : undefined;
    },
    readInput: (request, operation) => readQueryInput(model, operation, parametersOf(request)),
    writeOutput(output, place) {
      const { output: shape, resultWrapper } = model.operations[place.operation] ?? {};
      const inner = shape === undefined ? "" : writeXml(model, shape, output);
      const id = isEc2
        ? `<requestId>${place.requestId}</requestId>`
        : `<ResponseMetadata><RequestId>${place.requestId}</RequestId></ResponseMetadata>`;
      const wrapped = resultWrapper === undefined ? inner : `<${resultWrapper}>${inner}</${resultWrapper}>`;
      const name = `${place.operation}Response`;
      return reply(200, place, `<${name} xmlns="${xmlNamespace}">${isEc2 ? id + wrapped : wrapped + id}</${name}>`);
    },
    writeError(error, place) {
      const elements = errorElements(model, error);
      const status = error.code === "ThrottlingException" && isEc2 ? 503 : (statuses[error.code] ?? errorStatus(model, error));
      const xml = isEc2
        ? `<Response><Errors><Error>${elements}</Error></Errors><RequestID>${place.requestId}</RequestID></Response>`
        : `<ErrorResponse xmlns="${xmlNamespace}"><Error><Type>${status < 500 ? "Sender" : "Receiver"}</Type>${elements}</Error><RequestId>${place.requestId}</RequestId></ErrorResponse>`;
      return reply(status, place, xml);
    },
  };
}
