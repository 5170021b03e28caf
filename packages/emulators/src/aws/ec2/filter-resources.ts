import { ModelledError } from "../modelled-error.ts";

/** As requests have it; a value may have `*` and `?` in it. */
export interface ResourceFilter {
  readonly Name?: string;
  readonly Values?: readonly string[];
}

/** What a filter's name stands for in a resource. */
export type FilterFields<Resource> = Readonly<Record<string, (resource: Resource) => readonly string[]>>;

const patternOf = (value: string): RegExp =>
  new RegExp(
    `^${value
      .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
    "s",
  );

/** Leaves what every filter matches with one of its values. @throws `InvalidParameterValue` for a filter that is not there. */
export function filterResources<Resource>(
  resources: readonly Resource[],
  filters: readonly ResourceFilter[],
  fields: FilterFields<Resource>,
): readonly Resource[] {
  const tests = filters.map(({ Name = "", Values = [] }) => {
    const field = Object.hasOwn(fields, Name) ? fields[Name] : undefined;
    if (!field) throw new ModelledError("InvalidParameterValue", `The filter '${Name}' is invalid`);
    const patterns = Values.map(patternOf);
    return (resource: Resource) => field(resource).some((value) => patterns.some((pattern) => pattern.test(value)));
  });
  return resources.filter((resource) => tests.every((test) => test(resource)));
}
