import { compileExpression } from "./compile-expression.ts";
import { compileJsonPattern } from "./json-filter-pattern.ts";
import { invalidParameter } from "./log-errors.ts";
import type { MessageFilter } from "./message-filter.ts";

const termForm = /\s*([-?]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]+)%|([^\s"%]+))/y;

function compileTerm(quoted: string | undefined, expression: string | undefined, plain: string | undefined): MessageFilter {
  if (expression !== undefined) {
    const pattern = compileExpression(expression);
    return (message) => pattern.test(message);
  }
  const text = quoted?.replaceAll(/\\(.)/g, "$1") ?? plain ?? "";
  return (message) => message.includes(text);
}

/**
 * The service's filter patterns for text (terms that all have to occur, case and all, `"a phrase"`, `-not`, `?either ?or`,
 * `%regular expression%`) and for JSON (`{ $.level = "error" }`). Those for columns are refused, in words of the emulator's own.
 */
export function compileFilterPattern(pattern: string): MessageFilter {
  const text = pattern.trim();
  if (text.startsWith("{")) return compileJsonPattern(text);
  if (text.startsWith("[")) throw invalidParameter("This emulator has no filter patterns for columns, which begin with [.");
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
