import type { OpenApi, SchemaModel } from "./open-api.ts";

/** What a walk over a value found, and the value as it is understood. */
export interface CheckedJson {
  readonly value: unknown;
  /** Where something is not as the description says, and what. */
  readonly problems: readonly string[];
}

interface Walk {
  readonly api: OpenApi;
  /** Requests may have what only answers have, which is passed over; and they spell enums as they like. */
  readonly isRequest: boolean;
  readonly problems: string[];
}

type Loose = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Loose => typeof value === "object" && value !== null && !Array.isArray(value);

const fits: Readonly<Record<NonNullable<SchemaModel["type"]>, (value: unknown) => boolean>> = {
  object: isRecord,
  array: Array.isArray,
  string: (value) => typeof value === "string",
  integer: Number.isInteger,
  number: (value) => typeof value === "number" && Number.isFinite(value),
  boolean: (value) => typeof value === "boolean",
};

const isInt32 = (value: number): boolean => value === Math.trunc(value) && Math.abs(value) <= 2 ** 31 - 1;

function visitObject(walk: Walk, schema: SchemaModel, { value, path }: { value: Loose; path: string }): unknown {
  const { properties = {}, additionalProperties, required = [] } = schema;
  const isOpen = schema.properties === undefined && additionalProperties === undefined;
  const kept: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const member = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    const place = path === "" ? name : `${path}.${name}`;
    if (isOpen) kept[name] = inner;
    else if (!member) walk.problems.push(`Could not find member '${name}' on object. Path '${place}'.`);
    else if (inner === null || inner === undefined || (walk.isRequest && isReadOnly(walk.api, member))) continue;
    else kept[name] = visit(walk, member, { value: inner, path: place });
  }
  // What is secret is required in requests, and told in no answer.
  for (const name of required)
    if (kept[name] === undefined && (walk.isRequest || !properties[name]?.secret))
      walk.problems.push(`Required property '${name}' not found in JSON. Path '${path}'.`);
  return kept;
}

const isReadOnly = (api: OpenApi, { readOnly, ref }: SchemaModel): boolean =>
  readOnly === true || (ref !== undefined && api.definitions[ref]?.readOnly === true);

function visit(walk: Walk, schema: SchemaModel, at: { value: unknown; path: string }): unknown {
  if (schema.ref !== undefined) return visit(walk, walk.api.definitions[schema.ref] ?? {}, at);
  const { value, path } = at;
  const { type } = schema;
  if (type !== undefined && !fits[type](value)) {
    walk.problems.push(`Error converting value ${JSON.stringify(value)} to type '${type}'. Path '${path}'.`);
    return value;
  }
  if (schema.format === "int32" && !isInt32(value as number))
    walk.problems.push(`JSON integer ${String(value)} is too large or small for an Int32. Path '${path}'.`);
  if (schema.enum) return visitEnum(walk, schema.enum, { value: String(value), path });
  if (Array.isArray(value))
    return value.map((inner: unknown, index) => visit(walk, schema.items ?? {}, { value: inner, path: `${path}[${index}]` }));
  return isRecord(value) ? visitObject(walk, schema, { value, path }) : value;
}

function visitEnum(walk: Walk, values: readonly string[], { value, path }: { value: string; path: string }): string {
  const same = (one: string): boolean => one === value || (walk.isRequest && one.toLowerCase() === value.toLowerCase());
  const found = values.find(same);
  if (found === undefined) walk.problems.push(`'${value}' is none of ${values.join(", ")}. Path '${path}'.`);
  return found ?? value;
}

/** Walks what was sent along a schema: without nulls and what only answers have, and with enums as they are spelt. */
export function checkRequest(api: OpenApi, schema: SchemaModel, value: unknown): CheckedJson {
  const problems: string[] = [];
  return { value: visit({ api, isRequest: true, problems }, schema, { value, path: "" }), problems };
}

/** Everything in an answer that is not as a schema says. */
export function answerProblems(api: OpenApi, schema: SchemaModel, value: unknown): readonly string[] {
  const problems: string[] = [];
  visit({ api, isRequest: false, problems }, schema, { value, path: "" });
  return problems;
}
