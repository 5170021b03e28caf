import { GoogleError } from "./google-error.ts";

export interface PageRequest {
  readonly pageSize?: number;
  readonly pageToken?: string;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextPageToken?: string;
}

/** One page of a list. A token is good as long as the item stands that was last on the page before it, or as many before it. */
export function paginate<Item extends { readonly name: string }>(
  all: readonly Item[],
  { pageSize = 0, pageToken = "" }: PageRequest,
  most = 1000,
): Page<Item> {
  if (pageSize < 0) throw new GoogleError("INVALID_ARGUMENT", "The page size cannot be negative.");
  const from = pageToken === "" ? 0 : startOf(all, pageToken);
  const size = Math.min(pageSize || 100, most);
  const items = all.slice(from, from + size);
  if (from + size >= all.length) return { items };
  const token = JSON.stringify([from + size, items.at(-1)?.name]);
  return { items, nextPageToken: Buffer.from(token).toString("base64url") };
}

function startOf(all: readonly { readonly name: string }[], pageToken: string): number {
  try {
    const [index, last] = JSON.parse(Buffer.from(pageToken, "base64url").toString()) as [number, string];
    const found = all.findIndex(({ name }) => name === last);
    return found >= 0 ? found + 1 : Number(index);
  } catch {
    throw new GoogleError("INVALID_ARGUMENT", "The page token is invalid.");
  }
}
