import type protobuf from "protobufjs";
import { GoogleError } from "./google-error.ts";
import type { HttpPath } from "./google-service.ts";
import { type HttpMatch, toCamelCase } from "./http-route.ts";

type Loose = Record<string, unknown>;

interface RestParts {
  readonly path: HttpPath;
  readonly match: HttpMatch;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
}

function readJson(body: Uint8Array): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch (error) {
    throw new GoogleError("INVALID_ARGUMENT", `Invalid JSON payload received. ${(error as Error).message}`);
  }
}

const fieldOf = (type: protobuf.Type, name: string): protobuf.Field => {
  const field = type.fields[name];
  if (!field)
    throw new GoogleError("INVALID_ARGUMENT", `Invalid JSON payload received. Unknown name "${name}": Cannot find field.`);
  return field.resolve();
};

const typedAs = ({ type }: protobuf.Field, text: string): unknown => (type === "bool" ? text === "true" : text);

/** Puts what a query or a path says where the request's message has it. */
function put(type: protobuf.Type, into: Loose, { path, values }: { path: readonly string[]; values: readonly string[] }): void {
  const [first = "", ...rest] = path;
  const field = fieldOf(type, first);
  if (rest.length > 0 && field.resolvedType && !("values" in field.resolvedType)) {
    into[first] ??= {};
    return put(field.resolvedType, into[first] as Loose, { path: rest, values });
  }
  const typed = values.map((text) => typedAs(field, text));
  into[first] = field.repeated ? typed : typed.at(-1);
}

/** Refuses what the message does not have, as REST does where gRPC cannot even say it. */
export function refuseUnknown(type: protobuf.Type, value: unknown): void {
  if (typeof value !== "object" || value === null || Array.isArray(value) || type.fullName.startsWith(".google.protobuf."))
    return;
  for (const [name, inner] of Object.entries(value)) {
    const { resolvedType, map } = fieldOf(type, name);
    if (!resolvedType || "values" in resolvedType || inner === null) continue;
    const inners: unknown[] = map ? Object.values(inner as object) : [inner].flat();
    for (const one of inners) refuseUnknown(resolvedType, one);
  }
}

/** Names of fields may also be spelt as the descriptions spell them. */
function toCamelCaseNames(type: protobuf.Type, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => toCamelCaseNames(type, one));
  if (typeof value !== "object" || value === null || type.fullName.startsWith(".google.protobuf.")) return value;
  return Object.fromEntries(
    Object.entries(value).map(([spelt, inner]) => {
      const name = type.fields[spelt] ? spelt : toCamelCase(spelt);
      const resolved = type.fields[name]?.resolve();
      if (!resolved?.resolvedType || "values" in resolved.resolvedType || resolved.map) return [name, inner];
      return [name, toCamelCaseNames(resolved.resolvedType, inner)];
    }),
  );
}

/** The request's message in JSON, from where REST spreads it: the path, the query and the body. @throws `INVALID_ARGUMENT` */
export function readRestRequest(type: protobuf.Type, { path, match, query, body }: RestParts): Loose {
  const input: Loose = {};
  if (path.body !== undefined) {
    const inner = readJson(body);
    const whole = toCamelCaseNames(type, path.body === "*" ? inner : { [toCamelCase(path.body)]: inner });
    refuseUnknown(type, whole);
    Object.assign(input, whole);
  }
  for (const name of new Set(query.keys()))
    // What begins so is for REST itself: the form of the answer, or who asks.
    if (!/^(\$|alt$|key$|prettyPrint$|quotaUser$|fields$|access_token$)/.test(name))
      put(type, input, { path: name.split(".").map(toCamelCase), values: query.getAll(name) });
  for (const [name, value] of Object.entries(match.variables))
    put(type, input, { path: name.split("."), values: [decodeURIComponent(value)] });
  return input;
}
