import { ModelledError } from "./modelled-error.ts";
import type { MemberModel, ServiceModel, ShapeModel } from "./service-model.ts";

interface Reading {
  readonly model: ServiceModel;
  readonly parameters: URLSearchParams;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** EC2's requests begin each name with a capital letter, whatever its answers do. */
const nameOf = ({ model }: Reading, name: string, member: MemberModel): string =>
  model.metadata.protocol === "ec2" ? (member.queryName ?? capital(member.locationName ?? name)) : (member.locationName ?? name);

function readScalar(shape: ShapeModel, key: string, text: string): unknown {
  const wrong = (): never => {
    throw new ModelledError("ValidationException", `${key}: ${JSON.stringify(text)} is no ${shape.type}`);
  };
  switch (shape.type) {
    case "boolean":
      return text === "true" || text === "false" ? text === "true" : wrong();
    case "integer":
    case "long":
      return /^-?\d+$/.test(text) ? Number(text) : wrong();
    case "float":
    case "double":
      return text !== "" && Number.isFinite(Number(text)) ? Number(text) : wrong();
    case "timestamp":
      return Number.isNaN(Date.parse(text)) ? wrong() : new Date(text);
    case "string":
    case "blob":
    case "list":
    case "map":
    case "structure":
      return text;
    default:
      return shape.type satisfies never;
  }
}

const isBelow = ({ parameters }: Reading, key: string): boolean =>
  [...parameters.keys()].some((name) => name === key || name.startsWith(`${key}.`));

function readList(reading: Reading, shape: ShapeModel, key: string): unknown {
  const flat = shape.flattened === true || reading.model.metadata.protocol === "ec2";
  const prefix = flat ? key : `${key}.${shape.member?.locationName ?? "member"}`;
  const items: unknown[] = [];
  for (let index = 1; isBelow(reading, `${prefix}.${index}`); index++)
    items.push(readValue(reading, shape.member?.shape ?? "", `${prefix}.${index}`));
  return items;
}

function readStructure(reading: Reading, shape: ShapeModel, key: string): unknown {
  const found: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(shape.members ?? {})) {
    const inner = `${key === "" ? "" : `${key}.`}${nameOf(reading, name, member)}`;
    if (isBelow(reading, inner)) found[name] = readValue(reading, member.shape, inner);
  }
  return found;
}

function readValue(reading: Reading, name: string, key: string): unknown {
  const shape = reading.model.shapes[name];
  if (shape?.type === "structure") return readStructure(reading, shape, key);
  if (shape?.type === "list") return readList(reading, shape, key);
  return shape && readScalar(shape, key, reading.parameters.get(key) ?? "");
}

/** A form's fields (`Filter.1.Name`) as the structure that the operation takes. */
export function readQueryInput(model: ServiceModel, operation: string, parameters: URLSearchParams): unknown {
  const input = model.operations[operation]?.input;
  return input === undefined ? {} : readValue({ model, parameters }, input, "");
}
