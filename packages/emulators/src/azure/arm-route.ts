/** What is no escape stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** One path of a resource provider: tells whether a request is for it, and what its variables stand for. */
export class ArmRoute {
  readonly method: string;
  readonly #names: readonly string[];
  readonly #pattern: RegExp;

  /** @param template Such as `/subscriptions/{subscriptionId}/…`: its words are read whatever their case. */
  constructor(method: string, template: string) {
    const names: string[] = [];
    const pattern = template.replaceAll(".", "\\.").replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      names.push(name);
      return "([^/]+)";
    });
    this.method = method;
    this.#names = names;
    this.#pattern = new RegExp(`^${pattern}/?$`, "i");
  }

  match(method: string, pathname: string): Readonly<Record<string, string>> | undefined {
    if (method !== this.method) return undefined;
    const found = this.#pattern.exec(pathname);
    if (!found) return undefined;
    return Object.fromEntries(this.#names.map((name, index) => [name, decode(found[index + 1] ?? "")]));
  }
}
