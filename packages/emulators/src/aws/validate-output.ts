import { checkShape } from "./check-shape.ts";
import { commonErrorCodes } from "./modelled-error.ts";
import type { ServiceModel } from "./service-model.ts";

/** Where an answer is not as the service's model says, in words; none: it conforms. */
export function outputProblems(model: ServiceModel, operation: string, output: unknown): readonly string[] {
  const known = model.operations[operation];
  if (known === undefined) return [`${operation} is no operation of ${model.metadata.serviceId}`];
  if (known.output === undefined)
    return Object.keys((output ?? {}) as object).map((name) => `${operation}: ${name}: no output is modelled`);
  return checkShape(model, known.output, output ?? {}).problems.map(
    ({ path, constraint, value }) => `${operation}: ${path}: ${constraint}, not ${JSON.stringify(value)}`,
  );
}

/** What an error is on the wire. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Where an error is not one that the model has for this operation; none: it conforms. */
export function errorProblems(model: ServiceModel, operation: string, error: WireError): readonly string[] {
  const { code, message, fields = {} } = error;
  const place = `${operation}: ${code}`;
  const known = model.operations[operation];
  // EC2 models none of its errors; they are in its documentation.
  if (model.metadata.protocol === "ec2" || commonErrorCodes.includes(code)) return [];
  if (known === undefined) return [`${place}: no such operation`];
  if (!known.errors.includes(code)) return [`${place}: not among its errors`];
  const members = Object.keys(model.shapes[code]?.members ?? {});
  const full = members.includes("message") ? { ...fields, message } : fields;
  return checkShape(model, code, full).problems.map(({ path, constraint }) => `${place}: ${path}: ${constraint}`);
}
