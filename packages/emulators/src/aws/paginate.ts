/** What is paged, in the order of the keys, each of which there is once. */
export interface PageRequest<Item> {
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly limit: number;
  /** From the page before; none for the first. */
  readonly token?: string | undefined;
  /** What the page is of: a token of another request is refused. Default: what all requests without one share. */
  readonly scope?: string;
  /** What a token that is none of ours, or of another request, is answered with. */
  readonly invalidToken: () => Error;
  /** Keys go down. Default: up. */
  readonly descending?: boolean;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

const noScope = "";

function keyIn<Item>({ token, scope = noScope, invalidToken }: PageRequest<Item>): string | undefined {
  if (token === undefined) return undefined;
  try {
    const [of, key] = JSON.parse(Buffer.from(token, "base64url").toString()) as unknown[];
    if (of === scope && typeof key === "string") return key;
  } catch {
    // No token of ours.
  }
  throw invalidToken();
}

/** One page. What comes or goes between two pages neither repeats nor hides the rest: a token is the last key that was given. */
export function paginate<Item>(request: PageRequest<Item>): Page<Item> {
  const { items, keyOf, limit, scope = noScope, descending = false } = request;
  const after = keyIn(request);
  const start = after === undefined ? 0 : items.findIndex((item) => (descending ? keyOf(item) < after : keyOf(item) > after));
  if (start < 0) return { items: [] };
  const page = items.slice(start, start + limit);
  const last = page.at(-1);
  if (last === undefined || start + limit >= items.length) return { items: page };
  return { items: page, nextToken: Buffer.from(JSON.stringify([scope, keyOf(last)])).toString("base64url") };
}
