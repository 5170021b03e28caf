import { paginate as paginateSorted } from "../aws/paginate.ts";
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

const byText = (one: string, other: string): number => (one < other ? -1 : Number(one > other));
const invalidToken = (): Error => invalidParameter("Invalid token: it does not belong to this request.");

/** A page of what is there, in the order of its keys, and the token of the next one where there is one. */
export function paginate<Item>(
  items: Iterable<Item>,
  { nextToken: token, maxResults }: PageRequest,
  { scope, limit, usual = limit, keyOf }: PageRules<Item>,
): { readonly page: readonly Item[]; readonly nextToken?: string } {
  if (maxResults !== undefined && (maxResults < 1 || maxResults > limit))
    throw invalidParameter(`maxResults must be between 1 and ${limit}.`);
  const sorted = [...items].sort((one, other) => byText(keyOf(one), keyOf(other)));
  const { items: page, ...rest } = paginateSorted({
    items: sorted,
    keyOf,
    limit: maxResults ?? usual,
    token,
    scope,
    invalidToken,
  });
  return { page, ...rest };
}
