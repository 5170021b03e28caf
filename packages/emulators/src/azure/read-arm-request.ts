import type { CloudRequest } from "../cloud.ts";
import { ArmError } from "./arm-error.ts";
import { checkRequest } from "./check-json.ts";
import type { ArmRequest, ArmService } from "./arm-service.ts";
import type { OpenApi, OperationModel, SchemaModel } from "./open-api.ts";

const invalidContent = (why: string): ArmError =>
  new ArmError(
    400,
    "InvalidRequestContent",
    `The request content was invalid and could not be deserialized: '${why.replaceAll("'", '"')}'.`,
  );

function readJson(body: Uint8Array): unknown {
  if (body.length === 0) throw invalidContent("a body is required.");
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch (error) {
    throw invalidContent((error as Error).message);
  }
}

function checkVersion(api: OpenApi, url: URL): void {
  const version = url.searchParams.get("api-version");
  if (version === null)
    throw new ArmError(
      400,
      "MissingApiVersionParameter",
      "The api-version query parameter (?api-version=) is required for all requests.",
    );
  if (version !== api.apiVersion)
    throw new ArmError(
      400,
      "NoRegisteredProviderFound",
      `No registered resource provider found for API version '${version}' for type 'containerGroups'. The supported api-versions are '${api.apiVersion}'.`,
    );
}

function readParameter(name: string, { type }: SchemaModel, text: string): string | number | boolean {
  if (type === "integer" && /^-?\d{1,9}$/.test(text)) return Number(text);
  if (type === "boolean" && /^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  if (type === "string") return text;
  throw new ArmError(400, "InvalidQueryParameterValue", `The value '${text}' of the query parameter '${name}' is invalid.`);
}

function readQuery({ query = {} }: Partial<OperationModel>, url: URL): Record<string, string | number | boolean> {
  const given = Object.entries(query).filter(([name]) => url.searchParams.has(name));
  return Object.fromEntries(given.map(([name, schema]) => [name, readParameter(name, schema, url.searchParams.get(name) ?? "")]));
}

/** What a request says, once it is as its description says. @throws {@link ArmError} */
export function readArmRequest(
  { api }: ArmService,
  model: Partial<OperationModel>,
  { request, url }: { request: CloudRequest; url: URL },
): Pick<ArmRequest, "query" | "body"> {
  if (!api) return { query: {}, body: undefined };
  if (model.responses) checkVersion(api, url);
  const query = readQuery(model, url);
  if (model.body === undefined) return { query, body: undefined };
  const { value: body, problems } = checkRequest(api, { ref: model.body }, readJson(request.body));
  const [first] = problems;
  if (first !== undefined) throw invalidContent(first);
  return { query, body };
}
