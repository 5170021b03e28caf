import { invalidParameter } from "./ecs-errors.ts";

export interface PageRequest {
  readonly nextToken?: string;
  readonly maxResults?: number;
}

export interface PageRules<Item> {
  /** What the page is of: a token of another request is refused. */
  readonly scope: string;
  /** The most that a page holds. */
  readonly limit: number;
  /** What it holds where nothing is asked. Default: the most. */
  readonly usual?: number;
  /** Where an item stands among the others; it never changes, and no two have the same. */
  readonly keyOf: (item: Item) => string;
}

const write = (scope: string, after: string): string => Buffer.from(JSON.stringify([scope, after])).toString("base64url");

function read(token: string, scope: string): string {
  try {
    const [of, after] = JSON.parse(Buffer.from(token, "base64url").toString()) as unknown[];
    if (of === scope && typeof after === "string") return after;
  } catch {
    // No token of ours.
  }
  throw invalidParameter("Invalid token: it does not belong to this request.");
}

const byText = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

/** A page of what is there, in the order of its keys, and the token of the next one where there is one. */
export function paginate<Item>(
  items: Iterable<Item>,
  { nextToken, maxResults }: PageRequest,
  { scope, limit, usual = limit, keyOf }: PageRules<Item>,
): { readonly page: readonly Item[]; readonly nextToken?: string } {
  if (maxResults !== undefined && (maxResults < 1 || maxResults > limit))
    throw invalidParameter(`maxResults must be between 1 and ${limit}.`);
  const after = nextToken === undefined ? "" : read(nextToken, scope);
  const left = [...items].filter((item) => keyOf(item) > after).sort((one, other) => byText(keyOf(one), keyOf(other)));
  const page = left.slice(0, maxResults ?? usual);
  const last = page.at(-1);
  return { page, ...(left.length > page.length && last !== undefined && { nextToken: write(scope, keyOf(last)) }) };
}
