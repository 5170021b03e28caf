import { invalidParameter } from "./log-errors.ts";

/** What stands between two `%` in a filter pattern. @throws `InvalidParameterException` where it is no regular expression. */
export function compileExpression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw invalidParameter(`Invalid regular expression in the filter pattern: ${text}`);
  }
}
