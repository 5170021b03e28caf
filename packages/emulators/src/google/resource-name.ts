import { GoogleError } from "./google-error.ts";

/** The parts of a resource's name where its pattern has stars. @throws `INVALID_ARGUMENT` */
export function readName(pattern: string, name: string): readonly string[] {
  const expected = pattern.split("/");
  const parts = name.split("/");
  const fits =
    parts.length === expected.length &&
    expected.every((part, index) => (part === "*" ? parts[index] !== "" : part === parts[index]));
  if (!fits) throw new GoogleError("INVALID_ARGUMENT", `The name '${name}' does not have the form ${pattern}.`);
  return parts.filter((_, index) => expected[index] === "*");
}
