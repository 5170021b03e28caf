import type protobuf from "protobufjs";

type Loose = Readonly<Record<string, unknown>>;

const isRequired = ({ options }: protobuf.Field): boolean =>
  [options?.["(google.api.field_behavior)"]].flat().includes("REQUIRED");
const toSnakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === "" || (Array.isArray(value) && value.length === 0);

/** The first field that a request has to have and has not, as a path: `job.template.template`. */
export function findMissing(type: protobuf.Type, message: Loose, deep: boolean): string | undefined {
  for (const field of type.fieldsArray) {
    const value = message[field.name];
    const name = toSnakeCase(field.name);
    if (isEmpty(value)) {
      if (isRequired(field)) return name;
      continue;
    }
    const { resolvedType } = field.resolve();
    if (!deep || field.map || !resolvedType || "values" in resolvedType) continue;
    if (resolvedType.fullName.startsWith(".google.protobuf.")) continue;
    for (const one of [value].flat()) {
      const missing = findMissing(resolvedType, one as Loose, deep);
      if (missing !== undefined) return `${name}.${missing}`;
    }
  }
  return undefined;
}
