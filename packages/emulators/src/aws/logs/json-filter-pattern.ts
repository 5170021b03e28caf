import { compileExpression } from "./compile-expression.ts";
import { invalidParameter } from "./log-errors.ts";
import type { MessageFilter } from "./message-filter.ts";

/** Says whether a JSON document matches. */
type DocumentFilter = (document: unknown) => boolean;
type ValueFilter = (value: unknown) => boolean;

/** The rest of a pattern, as words. */
class Words {
  readonly #words: readonly string[];
  #at = 0;

  constructor(text: string) {
    const form = /\s*("(?:[^"\\]|\\.)*"|%[^%]+%|&&|\|\||[(){}]|!=|<=|>=|[=<>]|[^\s"%&|(){}=<>!]+)/y;
    const words: string[] = [];
    while (form.lastIndex < text.length) {
      const word = form.exec(text)?.[1];
      if (word === undefined) throw invalidPattern();
      words.push(word);
    }
    this.#words = words;
  }

  take(): string {
    const word = this.#words[this.#at++];
    if (word === undefined) throw invalidPattern();
    return word;
  }

  /** Takes the word if it comes next, whatever its case. */
  takeIf(expected: string): boolean {
    if (this.#words[this.#at]?.toUpperCase() !== expected) return false;
    this.#at++;
    return true;
  }

  get done(): boolean {
    return this.#at === this.#words.length;
  }
}

const invalidPattern = (): Error => invalidParameter("Invalid filter pattern");

/** `$.a.b[0]` and `$['a']` as steps. */
function stepsOf(selector: string): readonly string[] {
  const steps: string[] = [];
  const form = /\.([^.[\]]+)|\[(\d+)\]|\['([^']+)'\]/y;
  form.lastIndex = 1;
  while (selector.startsWith("$") && form.lastIndex < selector.length) {
    const match = form.exec(selector);
    if (!match) break;
    steps.push(match[1] ?? match[2] ?? match[3] ?? "");
  }
  if (steps.length === 0 || form.lastIndex !== selector.length) throw invalidPattern();
  return steps;
}

const valueAt = (document: unknown, steps: readonly string[]): unknown =>
  steps.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, step)
        ? (value as Record<string, unknown>)[step]
        : undefined,
    document,
  );

/** What a value is compared with: a text, where `*` stands for anything, a regular expression, or a number. */
function equals(word: string): ValueFilter {
  if (word.startsWith("%")) {
    const expression = compileExpression(word.slice(1, -1));
    return (value) => typeof value === "string" && expression.test(value);
  }
  const text = word.startsWith('"') ? word.slice(1, -1).replaceAll(/\\(.)/g, "$1") : word;
  const pattern = new RegExp(`^${text.split("*").map(escapeExpression).join(".*")}$`, "s");
  const number = word.startsWith('"') ? Number.NaN : Number(word);
  return (value) => (typeof value === "number" ? value === number : typeof value === "string" && pattern.test(value));
}
const escapeExpression = (text: string): string => text.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");

function compare(operator: string, word: string): ValueFilter {
  const [matches, number] = [equals(word), Number(word)];
  switch (operator) {
    case "=":
      return matches;
    case "!=":
      return (value) => value !== undefined && !matches(value);
    case "<":
      return (value) => typeof value === "number" && value < number;
    case ">":
      return (value) => typeof value === "number" && value > number;
    case "<=":
      return (value) => typeof value === "number" && value <= number;
    case ">=":
      return (value) => typeof value === "number" && value >= number;
    default:
      throw invalidPattern();
  }
}

const named: Readonly<Record<string, ValueFilter>> = {
  NULL: (value) => value === null,
  TRUE: (value) => value === true,
  FALSE: (value) => value === false,
};

function readTest(words: Words): DocumentFilter {
  if (words.takeIf("(")) {
    const inner = readAny(words);
    if (!words.takeIf(")")) throw invalidPattern();
    return inner;
  }
  const steps = stepsOf(words.take());
  const test = readComparison(words);
  return (document) => test(valueAt(document, steps));
}

function readComparison(words: Words): ValueFilter {
  if (words.takeIf("IS")) {
    const test = named[words.take().toUpperCase()];
    if (!test) throw invalidPattern();
    return test;
  }
  if (!words.takeIf("NOT")) return compare(words.take(), words.take());
  if (!words.takeIf("EXISTS")) throw invalidPattern();
  return (value) => value === undefined;
}

function readAll(words: Words): DocumentFilter {
  const tests = [readTest(words)];
  while (words.takeIf("&&")) tests.push(readTest(words));
  return (document) => tests.every((test) => test(document));
}

/** `&&` binds closer than `||`. */
function readAny(words: Words): DocumentFilter {
  const tests = [readAll(words)];
  while (words.takeIf("||")) tests.push(readAll(words));
  return (document) => tests.some((test) => test(document));
}

/**
 * A pattern for messages that are JSON objects: `{ ($.user.id = 1) && ($.level = "err*" || $.code >= 500) }`, `IS NULL`, `IS TRUE`,
 * `IS FALSE`, `NOT EXISTS`, `%regular expression%`. What is no JSON object does not match.
 */
export function compileJsonPattern(text: string): MessageFilter {
  const words = new Words(text.trim());
  if (!words.takeIf("{")) throw invalidPattern();
  const test = readAny(words);
  if (!words.takeIf("}") || !words.done) throw invalidPattern();
  return (message) => {
    if (!message.trimStart().startsWith("{")) return false;
    try {
      return test(JSON.parse(message));
    } catch {
      return false;
    }
  };
}
