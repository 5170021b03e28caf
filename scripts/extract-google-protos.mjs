// Writes what the emulator of Cloud Run needs of the vendor's protocol descriptions: no comments, and only the services that it
// knows with every message that they lead to.  node scripts/extract-google-protos.mjs
// They come with the clients that the emulators' tests use, so a newer client brings newer ones.
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { root } from "./toolchain.mjs";

const folder = join(root, "packages/emulators");
const loadBeside = createRequire(join(folder, "package.json"));
const protobuf = loadBeside("protobufjs");

/** The installed folder of a package that another one depends on. */
const beside = (owner, name) => join(dirname(realpathSync(join(folder, "node_modules", owner))), "..", name);
const sources = [
  join(folder, "node_modules/@google-cloud/run/build/protos/protos.json"),
  join(beside("@google-cloud/logging", "@google-cloud/logging-api"), "build/protos/protos.json"),
  join(folder, "node_modules/@google-cloud/secret-manager/build/protos/protos.json"),
  join(beside("@google-cloud/run", "google-gax"), "build/protos/status.json"),
];

const wantedServices = [
  "google.cloud.run.v2.Executions",
  "google.cloud.run.v2.Jobs",
  "google.cloud.run.v2.Revisions",
  "google.cloud.run.v2.Services",
  "google.cloud.run.v2.Tasks",
  "google.cloud.run.v2.WorkerPools",
  "google.cloud.secretmanager.v1.SecretManagerService",
  "google.iam.v1.IAMPolicy",
  "google.logging.v2.LoggingServiceV2",
  "google.longrunning.Operations",
];
/** Of google/cloud/audit/audit_log.proto, which comes with none of these: the fields that Cloud Run fills. */
const auditLog = {
  fields: {
    status: { type: "google.rpc.Status", id: 2 },
    serviceName: { type: "string", id: 7 },
    methodName: { type: "string", id: 8 },
    resourceName: { type: "string", id: 11 },
    request: { type: "google.protobuf.Struct", id: 16 },
    response: { type: "google.protobuf.Struct", id: 17 },
  },
};
const audit = { google: { nested: { cloud: { nested: { audit: { nested: { AuditLog: auditLog } } } } } } };
/** What only stands in an Any. */
const wantedTypes = [
  "google.cloud.audit.AuditLog",
  "google.protobuf.Empty",
  "google.rpc.BadRequest",
  "google.rpc.ErrorInfo",
  "google.rpc.QuotaFailure",
  "google.rpc.RetryInfo",
  "google.rpc.Status",
];
const keptOptions = new Set(["(google.api.http)", "(google.api.field_behavior)", "proto3_optional", "packed"]);

function merge(into, from) {
  for (const [name, value] of Object.entries(from)) {
    if (into[name]?.nested && value.nested) merge(into[name].nested, value.nested);
    else into[name] ??= value;
  }
  return into;
}

function keepOptions({ options, parsedOptions = [] }) {
  const kept = {};
  for (const [name, value] of Object.entries(options ?? {})) if (keptOptions.has(name)) kept[name] = value;
  for (const parsed of parsedOptions) if (parsed["(google.api.http)"]) kept["(google.api.http)"] = parsed["(google.api.http)"];
  return Object.keys(kept).length > 0 ? { options: kept } : {};
}

const mapValues = (record, map) => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
const cleanField = ({ rule, keyType, type, id, ...rest }) => ({ rule, keyType, type, id, ...keepOptions(rest) });
const cleanMethod = ({ requestType, requestStream, responseType, responseStream, ...rest }) => ({
  requestType,
  requestStream,
  responseType,
  responseStream,
  ...keepOptions(rest),
});

/** Everything that the wanted services lead to, by full names. */
function reachable(all) {
  const found = new Set();
  const visit = (object) => {
    const name = object.fullName.slice(1);
    if (found.has(name)) return;
    found.add(name);
    for (const field of object.fieldsArray ?? []) if (field.resolve().resolvedType) visit(field.resolvedType);
    for (const method of object.methodsArray ?? []) {
      method.resolve();
      visit(method.resolvedRequestType);
      visit(method.resolvedResponseType);
    }
  };
  for (const name of wantedServices) visit(all.lookupService(name));
  for (const name of wantedTypes) visit(all.lookupType(name));
  return found;
}

/** What of a namespace was reached; a message stands for itself alone, and not for those within it. */
function prune({ nested = {} }, prefix, found) {
  const kept = {};
  for (const [name, value] of Object.entries(nested)) {
    const fullName = prefix + name;
    const inner = prune(value, `${fullName}.`, found);
    const within = Object.keys(inner).length > 0 ? { nested: inner } : {};
    if (!found.has(fullName)) {
      if (within.nested) kept[name] = within;
    } else if (value.methods) kept[name] = { methods: mapValues(value.methods, cleanMethod) };
    else if (value.values) kept[name] = { values: value.values };
    else kept[name] = { oneofs: value.oneofs, fields: mapValues(value.fields ?? {}, cleanField), ...within };
  }
  return kept;
}

/** A line for each service, message and enum: newer descriptions show as what has changed in them. */
function format(nested, indent = "") {
  const lines = Object.entries(nested).map(([name, value]) => {
    const isNamespace = !value.fields && !value.methods && !value.values;
    const text = isNamespace ? `{ "nested": ${format(value.nested, `${indent}  `)} }` : JSON.stringify(value);
    return `${indent}  ${JSON.stringify(name)}: ${text}`;
  });
  return `{\n${lines.join(",\n")}\n${indent}}`;
}

const merged = merge(
  sources.reduce((all, file) => merge(all, JSON.parse(readFileSync(file, "utf8")).nested), {}),
  audit,
);
const all = protobuf.Root.fromJSON({ nested: merged }).resolveAll();
const text = `{ "nested": ${format(prune({ nested: merged }, "", reachable(all)))} }\n`;
const target = join(folder, "src/google/models");
mkdirSync(target, { recursive: true });
writeFileSync(join(target, "google.json"), text);
console.log(`google.json: ${text.length} bytes`);
