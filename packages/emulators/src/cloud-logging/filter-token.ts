import { GoogleError } from "../google/google-error.ts";

export interface FilterToken {
  readonly kind: "word" | "quoted" | "operator" | "open" | "close" | "comma" | "dot" | "minus";
  readonly text: string;
  readonly at: number;
}

const whitespace = /\s+|--[^\n]*/y;
const operator = /!=|>=|<=|=~|!~|[=<>:]/y;
const quoted = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/y;
const word = /[^\s"'()=<>!:~,.]+/y;
const singles: Readonly<Record<string, FilterToken["kind"]>> = { "(": "open", ")": "close", ",": "comma", ".": "dot" };

export const filterError = (filter: string, at: number): GoogleError => {
  const token = filter.slice(at).split(/\s/)[0] ?? "";
  return new GoogleError("INVALID_ARGUMENT", `Unparseable filter: syntax error at line 1, column ${at + 1}, token '${token}'`);
};

function take(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const unescape = (text: string): string =>
  text.replaceAll(/\\(.)/g, (_, letter: string) => ({ n: "\n", t: "\t", r: "\r" })[letter] ?? letter);

/** The tokens of a filter. A value such as 2026-01-01T00:00:00Z or a.b/c is put together again by the parser. @throws `INVALID_ARGUMENT` */
export function readFilterTokens(filter: string): readonly FilterToken[] {
  const tokens: FilterToken[] = [];
  for (let at = 0; at < filter.length;) {
    const space = take(whitespace, filter, at);
    if (space) {
      at += space[0].length;
      continue;
    }
    const text = take(quoted, filter, at);
    const sign = take(operator, filter, at);
    const single = singles[filter[at]!];
    const plain = take(word, filter, at);
    if (text) tokens.push({ kind: "quoted", text: unescape(text[1] ?? text[2] ?? ""), at });
    else if (single) tokens.push({ kind: single, text: filter[at]!, at });
    else if (sign) tokens.push({ kind: "operator", text: sign[0], at });
    else if (filter[at] === "-" && /[\w"(]/.test(filter[at + 1] ?? "") && !/\d/.test(filter[at + 1] ?? ""))
      tokens.push({ kind: "minus", text: "-", at });
    else if (plain) tokens.push({ kind: "word", text: plain[0], at });
    else throw filterError(filter, at);
    at += text?.[0].length ?? (single ? 1 : (sign?.[0].length ?? (tokens.at(-1)?.kind === "minus" ? 1 : plain![0].length)));
  }
  return tokens;
}
