import type { HttpPath } from "./google-service.ts";

export interface HttpMatch {
  /** What the variables of the path stand for, by their fields: `job.name`. */
  readonly variables: Readonly<Record<string, string>>;
}

const escape = (text: string): string => text.replaceAll(/[.+?^$()|[\]\\]/g, "\\$&");
const toPattern = (template: string): string =>
  escape(template).replaceAll("**", "\u0000").replaceAll("*", "[^/:]+").replaceAll("\u0000", ".+");

export const toCamelCase = (name: string): string => name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** One REST path of a method: tells whether a request is for it, and what its variables stand for. */
export class HttpRoute {
  readonly path: HttpPath;
  readonly #fields: readonly string[];
  readonly #pattern: RegExp;

  constructor(path: HttpPath) {
    const fields: string[] = [];
    const parts = path.template.split(/(\{[^}]*\})/).map((part) => {
      const [, field, template = "*"] = /^\{([^=}]+)(?:=([^}]+))?\}$/.exec(part) ?? [];
      if (field === undefined) return toPattern(part);
      fields.push(toCamelCase(field));
      return `(${toPattern(template)})`;
    });
    this.path = path;
    this.#fields = fields;
    this.#pattern = new RegExp(`^${parts.join("")}$`);
  }

  match(verb: string, pathname: string): HttpMatch | undefined {
    if (verb !== this.path.verb) return undefined;
    const found = this.#pattern.exec(pathname);
    if (!found) return undefined;
    return { variables: Object.fromEntries(this.#fields.map((field, index) => [field, found[index + 1] ?? ""])) };
  }
}
