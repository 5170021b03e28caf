import type protobuf from "protobufjs";

type Loose = Readonly<Record<string, unknown>>;

const isOutputOnly = ({ options }: protobuf.Field): boolean =>
  [options?.["(google.api.field_behavior)"]].flat().includes("OUTPUT_ONLY");

function dropIn(field: protobuf.Field, value: unknown): unknown {
  const { resolvedType } = field.resolve();
  if (!resolvedType || "values" in resolvedType || field.map) return value;
  return Array.isArray(value)
    ? value.map((one: unknown) => dropOutputOnly(resolvedType, one))
    : dropOutputOnly(resolvedType, value);
}

/** A request without what is the service's to say: whoever sends back what was read says nothing new by it. */
export function dropOutputOnly<Message>(type: protobuf.Type, message: Message): Message {
  if (typeof message !== "object" || message === null || type.fullName.startsWith(".google.protobuf.")) return message;
  const kept = Object.entries(message as Loose).flatMap(([name, value]) => {
    const field = type.fields[name];
    return !field || isOutputOnly(field) ? [] : [[name, dropIn(field, value)]];
  });
  return Object.fromEntries(kept) as Message;
}
