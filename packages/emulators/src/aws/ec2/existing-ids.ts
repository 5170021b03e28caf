import { ModelledError } from "../modelled-error.ts";

/** What exists of one kind of resource, and the words of its errors. */
export interface KnownIds {
  /** `subnet`. */
  readonly prefix: string;
  /** What there is. Default: every id of the right form. */
  readonly configured?: readonly string[] | undefined;
  readonly malformed: string;
  readonly missing: string;
  /** `subnet ID`. */
  readonly called: string;
}

/** The ids that a request means: those that it names, else all that are configured. @throws the errors of its kind. */
export function existingIds(asked: readonly string[], known: KnownIds): readonly string[] {
  const form = new RegExp(`^${known.prefix}-[0-9a-f]{8,17}$`);
  for (const id of asked) {
    if (known.configured?.includes(id)) continue;
    if (!form.test(id)) throw new ModelledError(known.malformed, `Invalid id: "${id}"`);
    if (known.configured) throw new ModelledError(known.missing, `The ${known.called} '${id}' does not exist`);
  }
  return asked.length > 0 ? asked : (known.configured ?? [`${known.prefix}-0e0000000000000001`]);
}
