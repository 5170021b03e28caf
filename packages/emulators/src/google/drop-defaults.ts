import type protobuf from "protobufjs";

type Loose = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Loose => typeof value === "object" && value !== null && !Array.isArray(value);

/** Of a field whose presence is not told apart from its default. */
function isDefault({ type, resolvedType }: protobuf.Field, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!resolvedType) return value === "" || value === false || value === 0 || (value === "0" && type !== "string");
  return "values" in resolvedType && (value === 0 || resolvedType.values[value as string] === 0);
}

const isEmpty = (value: unknown): boolean => value === null || Object.keys(value as object).length === 0;

function dropIn(field: protobuf.Field, value: unknown): unknown {
  const { resolvedType } = field;
  if (!resolvedType || "values" in resolvedType) return value;
  if (field.map)
    return Object.fromEntries(Object.entries(value as Loose).map(([key, one]) => [key, dropDefaults(resolvedType, one)]));
  return Array.isArray(value) ? value.map((one: unknown) => dropDefaults(resolvedType, one)) : dropDefaults(resolvedType, value);
}

/** A message in JSON without what proto3 does not send: unset fields, and defaults of fields that have no presence. */
export function dropDefaults(type: protobuf.Type, message: unknown): unknown {
  if (!isRecord(message)) return message;
  if (type.fullName === ".google.protobuf.Any") {
    const named = type.root.lookupType(String(message["@type"]).replace(/^.*\//, ""));
    return { ...(dropDefaults(named, message) as object), "@type": message["@type"] };
  }
  if (type.fullName.startsWith(".google.protobuf.")) return message;
  const kept = Object.entries(message).flatMap(([name, value]) => {
    const field = type.fields[name];
    if (!field || value === undefined) return [];
    field.resolve();
    const isRepeated = field.repeated || field.map;
    if (isRepeated ? isEmpty(value) : !field.partOf && isDefault(field, value)) return [];
    return [[name, dropIn(field, value)]];
  });
  return Object.fromEntries(kept);
}
