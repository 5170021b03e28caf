import { expectedWords } from "./nearest-word.ts";

interface SchemaIssue {
  readonly code?: string | undefined;
  readonly keys?: readonly string[];
}

/**
 * What a plugin's strict schema says of keys that it does not know: which, what was expected, and the nearest right word.
 * For zod: `z.strictObject(shape, { error: unknownKeys(Object.keys(shape)) })`; other issues keep their own words.
 */
export const unknownKeys =
  (known: readonly string[]) =>
  ({ code, keys = [] }: SchemaIssue): string | undefined =>
    code === "unrecognized_keys"
      ? keys.map((key) => `unknown key ${JSON.stringify(key)}; ${expectedWords(key, known)}`).join("; ")
      : undefined;
