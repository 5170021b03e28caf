import type { MemberModel, ServiceModel } from "./service-model.ts";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;" };

export const escapeXml = (text: string): string => text.replaceAll(/[&<>"\r]/g, (character) => entities[character] ?? character);

const element = (name: string, inner: string): string => `<${name}>${inner}</${name}>`;

function writeMember(model: ServiceModel, [name, member]: readonly [string, MemberModel], value: unknown): string {
  const shape = model.shapes[member.shape];
  const tag = member.locationName ?? name;
  const flat = member.flattened ?? shape?.flattened ?? false;
  if (flat && Array.isArray(value))
    return value.map((one) => element(tag, writeXml(model, shape?.member?.shape ?? "", one))).join("");
  return element(tag, writeXml(model, member.shape, value));
}

/** What stands between the tags of a value, as its shape names the parts. Times are written in ISO 8601. */
export function writeXml(model: ServiceModel, name: string, value: unknown): string {
  const shape = model.shapes[name];
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) {
    const tag = shape?.member?.locationName ?? "member";
    return value.map((one) => element(tag, writeXml(model, shape?.member?.shape ?? "", one))).join("");
  }
  if (typeof value !== "object" || value === null) return escapeXml(String(value));
  const members = Object.entries(shape?.members ?? {});
  const given = value as Readonly<Record<string, unknown>>;
  return members.map((entry) => (given[entry[0]] === undefined ? "" : writeMember(model, entry, given[entry[0]]))).join("");
}
