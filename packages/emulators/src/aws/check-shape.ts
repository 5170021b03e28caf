import type { ServiceModel, ShapeModel, ShapeType } from "./service-model.ts";

/** One place where a value is not as its model says. */
export interface InputProblem {
  readonly kind: "required" | "enum" | "length" | "pattern" | "range" | "type" | "unknown";
  /** `logEvents.1.member.timestamp`; lists count from 1. */
  readonly path: string;
  /** The member's own name: `timestamp`. */
  readonly member: string;
  readonly value: unknown;
  /** As services word it: `Member must not be null`. Of a type: the type that was expected. */
  readonly constraint: string;
}

/** What a walk over a value found, and the value without nulls and unknown members. */
export interface CheckedShape {
  readonly value: unknown;
  readonly problems: readonly InputProblem[];
}

interface Place {
  readonly path: string;
  readonly member: string;
}
interface Walk {
  readonly model: ServiceModel;
  readonly problems: InputProblem[];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);

const fits: Readonly<Record<ShapeType, (value: unknown) => boolean>> = {
  structure: isRecord,
  map: isRecord,
  list: Array.isArray,
  string: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  integer: Number.isSafeInteger,
  long: Number.isSafeInteger,
  float: (value) => typeof value === "number",
  double: (value) => typeof value === "number",
  timestamp: (value) => typeof value === "number" || value instanceof Date,
  blob: (value) => typeof value === "string",
};

/** Java's patterns, as JavaScript reads them: those with properties need the `u` flag, those with odd escapes must not have it. */
function toPattern(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`, "su");
  } catch {
    return new RegExp(`^(?:${pattern})$`, "s");
  }
}

/** What `min` and `max` count; nothing where they do not apply. */
function sizeOf(type: ShapeType, value: unknown): number | undefined {
  if (typeof value === "number") return type === "timestamp" ? undefined : value;
  if (Array.isArray(value)) return value.length;
  if (typeof value === "string") return type === "blob" ? Buffer.byteLength(value, "base64") : value.length;
  return type === "map" ? Object.keys(value as object).length : undefined;
}

function* constraintsOf(shape: ShapeModel, value: unknown): Generator<Pick<InputProblem, "kind" | "constraint">> {
  if (shape.enum && !shape.enum.includes(value as string))
    yield { kind: "enum", constraint: `Member must satisfy enum value set: [${shape.enum.join(", ")}]` };
  if (shape.pattern !== undefined && typeof value === "string" && !toPattern(shape.pattern).test(value))
    yield { kind: "pattern", constraint: `Member must satisfy regular expression pattern: ${shape.pattern}` };
  const size = sizeOf(shape.type, value);
  if (size === undefined) return;
  const kind = typeof value === "number" ? "range" : "length";
  const what = kind === "range" ? "value" : "length";
  if (shape.min !== undefined && size < shape.min)
    yield { kind, constraint: `Member must have ${what} greater than or equal to ${shape.min}` };
  if (shape.max !== undefined && size > shape.max)
    yield { kind, constraint: `Member must have ${what} less than or equal to ${shape.max}` };
}

const inside = (place: Place, step: string, member = step): Place => ({
  path: place.path === "" ? step : `${place.path}.${step}`,
  member,
});

function visitStructure(walk: Walk, shape: ShapeModel, at: { value: Readonly<Record<string, unknown>>; place: Place }): unknown {
  const members = shape.members ?? {};
  const kept: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(members)) {
    const inner = at.value[name] ?? undefined;
    const place = inside(at.place, name);
    if (inner !== undefined) kept[name] = visit(walk, member.shape, { value: inner, place });
    else if (shape.required?.includes(name))
      walk.problems.push({ ...place, kind: "required", value: null, constraint: "Member must not be null" });
  }
  for (const name of Object.keys(at.value))
    if (!Object.hasOwn(members, name))
      walk.problems.push({
        ...inside(at.place, name),
        kind: "unknown",
        value: at.value[name],
        constraint: "Member is not known",
      });
  return kept;
}

function visitList(walk: Walk, shape: ShapeModel, at: { value: readonly unknown[]; place: Place }): unknown {
  return at.value.map((value, index) => {
    const place = inside(at.place, `${index + 1}.member`, at.place.member);
    if (value !== null && value !== undefined) return visit(walk, shape.member?.shape ?? "", { value, place });
    walk.problems.push({ ...place, kind: "required", value: null, constraint: "Member must not be null" });
    return value;
  });
}

function visitMap(walk: Walk, shape: ShapeModel, at: { value: Readonly<Record<string, unknown>>; place: Place }): unknown {
  const entries = Object.entries(at.value).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]) => {
      visit(walk, shape.key?.shape ?? "", { value: key, place: inside(at.place, `${key}.key`, at.place.member) });
      return [key, visit(walk, shape.value?.shape ?? "", { value, place: inside(at.place, `${key}.member`, key) })];
    }),
  );
}

function visit(walk: Walk, name: string, at: { value: unknown; place: Place }): unknown {
  const shape = walk.model.shapes[name];
  if (shape === undefined || shape.document || shape.eventstream) return at.value;
  const { value, place } = at;
  if (!fits[shape.type](value)) {
    walk.problems.push({ ...place, kind: "type", value, constraint: shape.type });
    return value;
  }
  for (const problem of constraintsOf(shape, value)) walk.problems.push({ ...place, ...problem, value });
  if (Array.isArray(value)) return visitList(walk, shape, { value, place });
  if (!isRecord(value)) return value;
  return shape.type === "map" ? visitMap(walk, shape, { value, place }) : visitStructure(walk, shape, { value, place });
}

/** Walks a value along a shape of the model, and finds everything that is not as the model says. */
export function checkShape(model: ServiceModel, shape: string | undefined, value: unknown): CheckedShape {
  const problems: InputProblem[] = [];
  if (shape === undefined) return { value: {}, problems };
  return { value: visit({ model, problems }, shape, { value, place: { path: "", member: "" } }), problems };
}
