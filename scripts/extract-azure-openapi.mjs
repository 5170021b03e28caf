// Writes what the emulator of Container Instances needs of the vendor's OpenAPI: no descriptions, and only what tells requests and
// answers apart from others.  node scripts/extract-azure-openapi.mjs FILE
// FILE is containerInstance.json of github.com/Azure/azure-rest-api-specs, under specification/containerinstance.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./toolchain.mjs";

/** One word for each operation, and for no two the same. */
const names = {
  ContainerGroups_CreateOrUpdate: "CreateOrUpdate",
  ContainerGroups_Delete: "Delete",
  ContainerGroups_Get: "Get",
  ContainerGroups_GetOutboundNetworkDependenciesEndpoints: "GetOutboundNetworkDependenciesEndpoints",
  ContainerGroups_List: "List",
  ContainerGroups_ListByResourceGroup: "ListByResourceGroup",
  ContainerGroups_Restart: "Restart",
  ContainerGroups_Start: "Start",
  ContainerGroups_Stop: "Stop",
  ContainerGroups_Update: "Update",
  Containers_Attach: "Attach",
  Containers_ExecuteCommand: "ExecuteCommand",
  Containers_ListLogs: "ListLogs",
  Location_ListCachedImages: "ListCachedImages",
  Location_ListCapabilities: "ListCapabilities",
  Location_ListUsage: "ListUsage",
  Operations_List: "ListOperations",
};

const model = JSON.parse(readFileSync(process.argv[2], "utf8"));
const nameOf = (reference) => reference.split("/").at(-1);
const mapValues = (record, map) => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));

/** What a schema and those that it is all of have together. */
function whole({ allOf = [], ...schema }) {
  const parts = [...allOf.map((part) => whole(referred(part))), schema];
  return {
    ...schema,
    properties: Object.assign({}, ...parts.map(({ properties }) => properties)),
    required: parts.flatMap(({ required = [] }) => required),
  };
}
const referred = (schema) => (schema.$ref ? model.definitions[nameOf(schema.$ref)] : schema);

function clean(schema) {
  if (schema.$ref)
    return {
      ref: nameOf(schema.$ref),
      ...(schema.readOnly && { readOnly: true }),
      ...(schema["x-ms-secret"] && { secret: true }),
    };
  const { type, format, items, additionalProperties, readOnly, enum: values, allOf } = schema;
  const { properties = {}, required = [] } = allOf ? whole(schema) : schema;
  return {
    type: type ?? (Object.keys(properties).length > 0 ? "object" : undefined),
    format,
    enum: values,
    readOnly: readOnly || undefined,
    secret: schema["x-ms-secret"] || undefined,
    required: required.length > 0 ? required : undefined,
    properties: Object.keys(properties).length > 0 ? mapValues(properties, clean) : undefined,
    items: items && clean(items),
    additionalProperties: additionalProperties && clean(additionalProperties),
  };
}

function operationOf(path, verb, { parameters = [], responses }) {
  const all = parameters.map((parameter) => (parameter.$ref ? model.parameters[nameOf(parameter.$ref)] : parameter));
  const body = all.find((parameter) => parameter.in === "body");
  const query = all.filter((parameter) => parameter.in === "query" && parameter.name !== "api-version");
  return {
    method: verb.toUpperCase(),
    path,
    query: query.length > 0 ? Object.fromEntries(query.map(({ name, type, format }) => [name, { type, format }])) : undefined,
    body: body && nameOf(body.schema.$ref),
    responses: mapValues(responses, ({ schema }) => (schema ? clean(schema) : null)),
  };
}

const found = Object.entries(model.paths).flatMap(([path, verbs]) =>
  Object.entries(verbs)
    .filter(([, { operationId }]) => names[operationId])
    .map(([verb, operation]) => [names[operation.operationId], operationOf(path, verb, operation)]),
);
const inOrder = (rows) => rows.sort(([one], [other]) => (one < other ? -1 : 1));
const operations = inOrder(found);

/** Every definition that these operations lead to. */
const reached = new Map();
function visit(value) {
  if (typeof value !== "object" || value === null) return;
  if (typeof value.ref === "string" && !reached.has(value.ref)) reach(value.ref);
  for (const inner of Object.values(value)) visit(inner);
}
function reach(name) {
  reached.set(name, undefined);
  const cleaned = clean(model.definitions[name]);
  reached.set(name, cleaned);
  visit(cleaned);
}
for (const [, operation] of operations) {
  if (operation.body && !reached.has(operation.body)) reach(operation.body);
  visit(operation.responses);
}

/** A line for each operation and definition: a newer model shows as what has changed in it. */
const lines = (rows) => rows.map(([name, row]) => `    ${JSON.stringify(name)}: ${JSON.stringify(row)}`).join(",\n");
const text = `{
  "apiVersion": ${JSON.stringify(model.info.version)},
  "operations": {
${lines(operations)}
  },
  "definitions": {
${lines(inOrder([...reached]))}
  }
}
`;
const target = join(root, "packages/emulators/src/azure/models");
mkdirSync(target, { recursive: true });
writeFileSync(join(target, "container-instance.json"), text);
console.log(`container-instance.json: ${text.length} bytes`);
