/** What is paged, in the order of the keys, each of which there is once. */
export interface PageRequest<Item> {
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly limit: number;
  /** From the page before; none for the first. */
  readonly token?: string | undefined;
  /** What a token that is none of ours is answered with. */
  readonly invalidToken: () => Error;
  /** Keys go down. Default: up. */
  readonly descending?: boolean;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Absent on the last page. */
  readonly nextToken?: string;
}

const mark = "v1:";

function keyIn<Item>({ token, invalidToken }: PageRequest<Item>): string | undefined {
  if (token === undefined) return undefined;
  const text = Buffer.from(token, "base64url").toString();
  if (!text.startsWith(mark)) throw invalidToken();
  return text.slice(mark.length);
}

/** One page. What comes or goes between two pages neither repeats nor hides the rest: a token is the last key that was given. */
export function paginate<Item>(request: PageRequest<Item>): Page<Item> {
  const { items, keyOf, limit, descending = false } = request;
  const after = keyIn(request);
  const start = after === undefined ? 0 : items.findIndex((item) => (descending ? keyOf(item) < after : keyOf(item) > after));
  if (start < 0) return { items: [] };
  const page = items.slice(start, start + limit);
  const last = page.at(-1);
  if (last === undefined || start + limit >= items.length) return { items: page };
  return { items: page, nextToken: Buffer.from(`${mark}${keyOf(last)}`).toString("base64url") };
}
