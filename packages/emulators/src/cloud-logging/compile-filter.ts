import { GoogleError } from "../google/google-error.ts";
import { toCamelCase } from "../google/http-route.ts";
import { compileComparison, type FilterOperator, holdsText } from "./filter-comparison.ts";
import { filterError, type FilterToken, readFilterTokens } from "./filter-token.ts";
import type { LogEntry } from "./log-entry.ts";

export type EntryFilter = (entry: LogEntry) => boolean;

/** What the service takes at most. */
const longestFilter = 20_000;

/** The values at a path, of each element where a list is on the way. */
function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((one: unknown) => valuesAt(one, path));
  const [first, ...rest] = path;
  if (first === undefined) return [value];
  return typeof value === "object" && Object.hasOwn(value, first)
    ? valuesAt((value as Record<string, unknown>)[first], rest)
    : [];
}

/** The query language of Cloud Logging, as far as it chooses entries by their fields. NOT binds most, then OR, then AND. */
class FilterParser {
  readonly #filter: string;
  readonly #tokens: readonly FilterToken[];
  #next = 0;

  constructor(filter: string) {
    this.#filter = filter;
    this.#tokens = readFilterTokens(filter);
  }

  parse(): EntryFilter {
    if (this.#tokens.length === 0) return () => true;
    const filter = this.#all(() => this.#term());
    if (this.#peek()) throw this.#error();
    return filter;
  }

  #peek(ahead = 0): FilterToken | undefined {
    return this.#tokens[this.#next + ahead];
  }

  #isWord(...words: string[]): boolean {
    const token = this.#peek();
    return token?.kind === "word" && words.includes(token.text);
  }

  #error(): GoogleError {
    return filterError(this.#filter, this.#peek()?.at ?? this.#filter.length);
  }

  #take(kind: FilterToken["kind"]): FilterToken {
    const token = this.#peek();
    if (token?.kind !== kind) throw this.#error();
    this.#next++;
    return token;
  }

  #all(term: () => EntryFilter): EntryFilter {
    const filters = [this.#any(term)];
    for (let token = this.#peek(); token && token.kind !== "close"; token = this.#peek()) {
      if (this.#isWord("AND")) this.#next++;
      filters.push(this.#any(term));
    }
    return (entry) => filters.every((filter) => filter(entry));
  }

  #any(term: () => EntryFilter): EntryFilter {
    const filters = [this.#not(term)];
    while (this.#isWord("OR")) {
      this.#next++;
      filters.push(this.#not(term));
    }
    return (entry) => filters.some((filter) => filter(entry));
  }

  #not(term: () => EntryFilter): EntryFilter {
    if (!this.#isWord("NOT") && this.#peek()?.kind !== "minus") return this.#grouped(term);
    this.#next++;
    const filter = this.#not(term);
    return (entry) => !filter(entry);
  }

  #grouped(term: () => EntryFilter): EntryFilter {
    if (this.#peek()?.kind !== "open") return term();
    this.#next++;
    const filter = this.#all(term);
    this.#take("close");
    return filter;
  }

  #term(): EntryFilter {
    if (this.#isWord("AND", "OR")) throw this.#error();
    if (this.#peek()?.kind === "word" && this.#peek(1)?.kind === "open") return this.#function();
    const path = this.#path();
    const operator = this.#peek();
    if (operator?.kind !== "operator") {
      const text = path.join(".");
      return (entry) => holdsText(entry, text);
    }
    this.#next++;
    return this.#comparison(path, operator.text as FilterOperator);
  }

  #comparison([first = "", ...rest]: readonly string[], operator: FilterOperator): EntryFilter {
    const path = [toCamelCase(first), ...rest];
    const isSeverity = path.length === 1 && first === "severity";
    const value = (): EntryFilter => {
      const holds = compileComparison(operator, this.#value(), isSeverity);
      return (entry) => holds(isSeverity ? [entry.severity ?? "DEFAULT"] : valuesAt(entry, path));
    };
    // Several values have to be in parentheses.
    return this.#grouped(value);
  }

  #function(): EntryFilter {
    const name = this.#take("word");
    if (name.text !== "log_id") {
      this.#next--;
      throw new GoogleError("INVALID_ARGUMENT", `Unparseable filter: unsupported function '${name.text}'`);
    }
    this.#take("open");
    const id = encodeURIComponent(this.#take("quoted").text);
    this.#take("close");
    return ({ logName }) => logName.endsWith(`/logs/${id}`);
  }

  #path(): readonly string[] {
    const path: string[] = [];
    do {
      if (path.length > 0) this.#next++;
      const token = this.#peek();
      if (token?.kind !== "word" && token?.kind !== "quoted") throw this.#error();
      path.push(token.text);
      this.#next++;
    } while (this.#peek()?.kind === "dot");
    return path;
  }

  /** Quoted, or as far as no space interrupts it: a time, a number or a name. */
  #value(): string {
    const first = this.#peek();
    if (first?.kind === "quoted") return this.#take("quoted").text;
    if (first?.kind !== "word" && first?.kind !== "minus") throw this.#error();
    let end = first.at;
    for (
      let token = this.#peek();
      token && token.at === end && !["open", "close", "quoted", "comma"].includes(token.kind);
      token = this.#peek()
    ) {
      end += token.text.length;
      this.#next++;
    }
    return this.#filter.slice(first.at, end);
  }
}

/** @throws `INVALID_ARGUMENT` which says where. */
export function compileFilter(filter = ""): EntryFilter {
  if (filter.length > longestFilter)
    throw new GoogleError("INVALID_ARGUMENT", `The filter is longer than ${longestFilter} characters.`);
  return new FilterParser(filter).parse();
}
