import type { Problem } from "@longshore/core";

type Environment = Readonly<Record<string, string | undefined>>;
interface Expansion {
  readonly environment: Environment;
  readonly problems: Problem[];
}
/** Deeper is a mistake, or an alias that contains itself. */
const deepest = 50;
/** `$${` stands for a plain `${`; what follows `${` and is no variable is a mistake, not text. */
const reference = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{[^}]*\}?/g;

function expandText(text: string, path: string, { environment, problems }: Expansion): string {
  return text.replace(reference, (found: string, name: string | undefined, fallback: string | undefined) => {
    if (found === "$${") return "${";
    if (name === undefined) {
      problems.push({ path, message: `got ${found}, expected \${NAME} or \${NAME:-default}; $\${ stands for a plain \${` });
      return found;
    }
    const value = environment[name];
    // As in a shell: `:-` also takes the place of an empty value.
    if (fallback !== undefined) return value === undefined || value === "" ? fallback : value;
    if (value !== undefined) return value;
    problems.push({ path, message: `the variable ${name} is not set; set it, or write \${${name}:-default}` });
    return found;
  });
}

function expand(value: unknown, path: readonly string[], expansion: Expansion): unknown {
  if (typeof value === "string") return expandText(value, path.join("."), expansion);
  if (typeof value !== "object" || value === null) return value;
  if (path.length > deepest) {
    expansion.problems.push({ path: path.slice(0, 3).join("."), message: `is nested deeper than ${deepest} levels` });
    return undefined;
  }
  const inner = (key: string, item: unknown): unknown => expand(item, [...path, key], expansion);
  if (Array.isArray(value)) return value.map((item, index) => inner(String(index), item));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(key, item)]));
}

/** `${NAME}` and `${NAME:-default}` in every string, keys excepted; what cannot be expanded is a problem with its path. */
export function expandVariables(
  value: unknown,
  environment: Environment,
): { readonly value: unknown; readonly problems: readonly Problem[] } {
  const expansion: Expansion = { environment, problems: [] };
  return { value: expand(value, [], expansion), problems: expansion.problems };
}
