import type { FaultRule } from "./fault.ts";

/** What may stand in a fault besides its kind; a name that ends with `?` may be left out. */
export type FaultFields = Readonly<Record<string, "number" | "string" | "boolean">>;
/** The faults that can be asked for, by kind. */
export type FaultKinds = Readonly<Record<string, FaultFields>>;

/** What can go wrong with a request of any cloud. */
export const wireFaultKinds: FaultKinds = {
  throttle: {},
  "lose-reply": {},
  "drop-request": {},
  status: { status: "number", "html?": "boolean" },
  latency: { ms: "number" },
};

type Loose = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Loose => typeof value === "object" && value !== null && !Array.isArray(value);

function checkMembers(place: string, value: Loose, fields: FaultFields): void {
  const names = Object.keys(fields).map((name) => name.replace("?", ""));
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new TypeError(`${place} has no member "${unknown}", only ${names.join(", ") || "its kind"}`);
  for (const [field, type] of Object.entries(fields)) {
    const name = field.replace("?", "");
    if (value[name] === undefined && field.endsWith("?")) continue;
    if (typeof value[name] !== type)
      throw new TypeError(`${place}.${name} has to be a ${type}, not ${JSON.stringify(value[name])}`);
  }
}

function checkNumbers(place: string, { probability, first, times }: Loose): void {
  if (probability !== undefined && !(Number(probability) >= 0 && Number(probability) <= 1))
    throw new TypeError(`${place}.probability has to be from 0 to 1, not ${JSON.stringify(probability)}`);
  for (const [name, value] of Object.entries({ first, times }))
    if (value !== undefined && !(Number.isInteger(value) && Number(value) >= 1))
      throw new TypeError(`${place}.${name} has to be a whole number from 1, not ${JSON.stringify(value)}`);
}

/** Reads one rule of a file or a request. @throws TypeError which says what is wrong where. */
function readFaultRule(value: unknown, kinds: FaultKinds, place = "rule"): FaultRule {
  if (!isRecord(value)) throw new TypeError(`${place} has to be an object with operation and fault`);
  const { fault, ...rest } = value;
  checkMembers(place, rest, { operation: "string", "probability?": "number", "first?": "number", "times?": "number" });
  checkNumbers(place, value);
  if (!/^(\*|[a-z0-9-]+:(\*|[A-Za-z0-9]+))$/.test(String(value["operation"])))
    throw new TypeError(`${place}.operation has to be like "ecs:RunTask", "ecs:*" or "*", not "${String(value["operation"])}"`);
  if (!isRecord(fault)) throw new TypeError(`${place}.fault has to be an object with a kind`);
  const { kind, ...details } = fault;
  const fields = Object.hasOwn(kinds, String(kind)) ? kinds[String(kind)] : undefined;
  if (!fields)
    throw new TypeError(`${place}.fault.kind has to be one of ${Object.keys(kinds).join(", ")}, not ${JSON.stringify(kind)}`);
  checkMembers(`${place}.fault`, details, fields);
  return value as unknown as FaultRule;
}

/** Reads a rule or a list of them. @throws TypeError */
export function readFaultRules(value: unknown, kinds: FaultKinds): readonly FaultRule[] {
  if (!Array.isArray(value)) return [readFaultRule(value, kinds)];
  return value.map((rule, index) => readFaultRule(rule, kinds, `rule ${index + 1}`));
}
