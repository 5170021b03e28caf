import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createOnce } from "./create-once.ts";
import { isMissing } from "./read-record.ts";

export interface Numbered<T> {
  readonly number: number;
  readonly value: T;
}

/**
 * Records that follow each other, `NAME-1.json`, `NAME-2.json`: the newest is the one that holds. Whoever has read it may
 * write its successor, and only the first to do so succeeds: a compare-and-set made of files.
 */
export class NumberedRecords<T extends object> {
  readonly #folder: string;
  readonly #name: string;
  readonly #how: "durable" | "quick";

  constructor(folder: string, name: string, how: "durable" | "quick") {
    this.#folder = folder;
    this.#name = name;
    this.#how = how;
  }
  path(number: number): string {
    return join(this.#folder, `${this.#name}-${number}.json`);
  }
  newest(): Numbered<T> | undefined {
    for (;;) {
      const number = this.#numbers().at(-1);
      if (number === undefined) return undefined;
      try {
        return { number, value: JSON.parse(readFileSync(this.path(number), "utf8")) as T };
      } catch (error) {
        if (!isMissing(error)) throw error; // it has a successor by now
      }
    }
  }
  /**
   * False where another was first. The newest is never taken away: with it would go the memory of how far the numbers are.
   * Who had looked long ago can still write a number that has been taken away, and takes it back, since there is a later one.
   */
  follow(number: number, value: T): boolean {
    const mine = number + 1;
    if (!createOnce(this.path(mine), value, this.#how)) return false;
    const numbers = this.#numbers();
    const won = numbers.at(-1) === mine;
    for (const other of won ? numbers.filter((one) => one < mine) : [mine]) rmSync(this.path(other), { force: true });
    return won;
  }
  #numbers(): readonly number[] {
    const pattern = new RegExp(`^${this.#name}-(\\d{1,15})\\.json$`);
    const numbers = namesIn(this.#folder).flatMap((name) => pattern.exec(name)?.[1] ?? []);
    return numbers.map(Number).toSorted((a, b) => a - b);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
