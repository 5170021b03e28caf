import type { HttpPath } from "./google-service.ts";

const verbs = { get: "GET", post: "POST", patch: "PATCH", put: "PUT", delete: "DELETE" } as const;

type Rule = { readonly [verb in keyof typeof verbs]?: string } & {
  readonly body?: string;
  readonly additional_bindings?: Rule | readonly Rule[];
};

/** The REST paths of a method, from its google.api.http. */
export function readHttpPaths(option: unknown): readonly HttpPath[] {
  if (typeof option !== "object" || option === null) return [];
  const rule = option as Rule;
  const own = (Object.keys(verbs) as (keyof typeof verbs)[]).flatMap((verb) => {
    const template = rule[verb];
    return template === undefined ? [] : [{ verb: verbs[verb], template, ...(rule.body !== undefined && { body: rule.body }) }];
  });
  return [...own, ...[rule.additional_bindings ?? []].flat().flatMap((other: Rule) => readHttpPaths(other))];
}
