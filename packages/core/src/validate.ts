import type { StandardSchemaV1 } from "@standard-schema/spec";
import { LongshoreError, type LongshoreErrorInit } from "./longshore-error.ts";
import type { Problem } from "./plan.ts";

const pathOf = ({ path = [] }: StandardSchemaV1.Issue): string =>
  path.map((step) => String(typeof step === "object" ? step.key : step)).join(".");

/** Any Standard Schema (standardschema.dev): the value as the schema gives it, or what is wrong and where. */
export async function validate<S extends StandardSchemaV1>(
  schema: S,
  value: unknown,
): Promise<{ readonly value: StandardSchemaV1.InferOutput<S>; readonly issues: readonly Problem[] }> {
  const result = await schema["~standard"].validate(value);
  if (result.issues === undefined) return { value: result.value as StandardSchemaV1.InferOutput<S>, issues: [] };
  const issues = result.issues.map((issue) => ({ path: pathOf(issue), message: issue.message }));
  return { value: undefined as never, issues };
}

/** All problems in one line, each with its path. */
export const refusal = (
  code: LongshoreErrorInit["code"],
  at: Omit<LongshoreErrorInit, "code">,
  problems: readonly Problem[],
): LongshoreError => {
  const said = problems.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  return new LongshoreError(`${at.runtime}: ${at.operation} refused: ${said}`, { ...at, code, cause: problems });
};
