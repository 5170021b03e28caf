import { maxLineLength } from "./log-record.ts";

export interface Cut {
  readonly text: string;
  readonly rest: string;
  /** Cut for its length: the line goes on in `rest`. */
  readonly continued: boolean;
}

/** Cuts only where more follows, so that the same text is cut in the same places however it arrives. */
export function cutLine(text: string): Cut | undefined {
  const end = text.indexOf("\n");
  if (end >= 0 && end <= maxLineLength) return { text: text.slice(0, end), rest: text.slice(end + 1), continued: false };
  if (text.length <= maxLineLength) return undefined;
  const splitsPair = /[\uD800-\uDBFF]/.test(text.charAt(maxLineLength - 1));
  const at = splitsPair ? maxLineLength - 1 : maxLineLength;
  return { text: text.slice(0, at), rest: text.slice(at), continued: true };
}

export function cutAll(text: string): readonly Cut[] {
  const cuts: Cut[] = [];
  let rest = text;
  for (let cut = cutLine(rest); cut !== undefined; cut = cutLine(rest)) {
    cuts.push(cut);
    rest = cut.rest;
  }
  return [...cuts, { text: rest, rest: "", continued: false }];
}
