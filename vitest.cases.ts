import { test } from "vitest";

/** As `conformanceTests` gives them. */
interface Case {
  readonly name: string;
  /** What the backend lacks by its traits, or the harness by its abilities; the suite prints each with this reason as well. */
  readonly skip?: string;
  readonly run: () => Promise<void>;
}
/** Crashes at every boundary, each followed by another process' work, take their minutes on a busy machine. */
const defaultLimitMs = 300_000;

/** A test for each, in order. */
export function testCases(cases: readonly Case[], limitMs: number = defaultLimitMs): void {
  for (const { name, skip, run } of cases) {
    test(name, { timeout: limitMs }, (context) => (skip === undefined ? run() : context.skip(skip)));
  }
}
