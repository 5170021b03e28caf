import { checkShape, type InputProblem } from "./check-shape.ts";
import { ModelledError } from "./modelled-error.ts";
import type { AwsService } from "./aws-service.ts";

/** As services print a value that they refuse. */
function printed(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string") return `'${value}'`;
  if (!Array.isArray(value)) return `'${JSON.stringify(value)}'`;
  return `'[${value.map((one) => (typeof one === "string" ? one : JSON.stringify(one))).join(", ")}]'`;
}

/** The message that services built on the vendor's common framework give: clients match it by its words. */
export function describeProblems(problems: readonly InputProblem[]): string {
  const count = `${problems.length} validation error${problems.length === 1 ? "" : "s"} detected: `;
  const each = problems.map(
    ({ value, path, constraint }) => `Value ${printed(value)} at '${path}' failed to satisfy constraint: ${constraint}`,
  );
  return count + each.join("; ");
}

const typeName = (value: unknown): string => (Array.isArray(value) ? "list" : value === null ? "null" : typeof value);

/**
 * Checks a request against the service's model: types, required members, enums, lengths, patterns and ranges. Members that the
 * model lacks are ignored, and nulls are as if absent, as with the real services. Throws `SerializationException` for a wrong
 * type, and what the service refuses with for everything else. Returns what the operation is handed.
 */
export function validateInput(service: AwsService, operation: string, raw: unknown): object {
  const { value, problems } = checkShape(service.model, service.model.operations[operation]?.input, raw);
  const mistyped = problems.find(({ kind }) => kind === "type");
  if (mistyped)
    throw new ModelledError(
      "SerializationException",
      `${mistyped.path || "The request"}: a ${typeName(mistyped.value)} cannot be read as a ${mistyped.constraint}`,
    );
  const broken = problems.filter(({ kind }) => kind !== "unknown");
  if (broken.length === 0) return value as object;
  throw service.refuse?.(broken, operation) ?? new ModelledError("ValidationException", describeProblems(broken));
}
