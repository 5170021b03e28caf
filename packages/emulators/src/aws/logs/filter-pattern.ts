import { invalidParameter } from "./log-errors.ts";

/** Says whether a message matches. */
export type MessageFilter = (message: string) => boolean;

const termForm = /\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s"%]+))/y;

function compileTerm(quoted: string | undefined, expression: string | undefined, plain: string | undefined): MessageFilter {
  if (expression !== undefined) {
    const pattern = new RegExp(expression);
    return (message) => pattern.test(message);
  }
  const text = quoted?.replaceAll(/\\(.)/g, "$1") ?? plain ?? "";
  return (message) => message.includes(text);
}

/**
 * The service's filter patterns for text: terms that all have to occur, case and all, `"a phrase"`, `-not`, `?either ?or` and
 * `%regular expression%`. Its patterns for JSON and for columns are refused, in words of the emulator's own: it has none.
 */
export function compileFilterPattern(pattern: string): MessageFilter {
  const text = pattern.trim();
  if (/^[{[]/.test(text))
    throw invalidParameter("This emulator matches text alone: no filter patterns that begin with { or [ (JSON, columns).");
  const terms: Record<string, MessageFilter[]> = { "": [], "-": [], "?": [] };
  let index = 0;
  while (index < text.length) {
    termForm.lastIndex = index;
    const [whole, sign = "", quoted, expression, plain] = termForm.exec(text) ?? [];
    if (whole === undefined) throw invalidParameter("Invalid filter pattern");
    terms[sign]?.push(compileTerm(quoted, expression, plain));
    index += whole.length;
  }
  const { "": all = [], "-": none = [], "?": some = [] } = terms;
  return (message) =>
    all.every((term) => term(message)) &&
    !none.some((term) => term(message)) &&
    (all.length > 0 || some.length === 0 || some.some((term) => term(message)));
}
