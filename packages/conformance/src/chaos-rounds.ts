import { conformanceTests } from "./conformance-tests.ts";
import type { Harness } from "./harness.ts";

export interface ChaosOptions {
  readonly rounds: number;
  /** Of the first round; each later one has the next. Default: by chance. */
  readonly seed?: number;
  /** Default: `console.log`. */
  readonly print?: (line: string) => void;
}
export interface ChaosFailure {
  /** `LONGSHORE_SEED` of this, with `LONGSHORE_FULL=1`, has it again as far as chance of our own made it. */
  readonly seed: number;
  readonly name: string;
  readonly error: unknown;
}

/** What crashes, disturbs and chooses by chance, again and again, at every step boundary. For a night, or a release. */
export async function chaosRounds(harness: Harness, options: ChaosOptions): Promise<readonly ChaosFailure[]> {
  const { rounds, seed: first = Math.floor(Math.random() * 2 ** 31), print = console.log } = options;
  const failures: ChaosFailure[] = [];
  for (let seed = first; seed < first + rounds; seed++) {
    const tests = conformanceTests(harness, { seed, full: true, print });
    for (const { name, chaotic, skip, run } of tests) {
      if (!chaotic || skip !== undefined) continue;
      try {
        await run();
      } catch (error) {
        print(`${harness.name}: seed ${seed}: ${name}: ${String(error)}`);
        failures.push({ seed, name, error });
      }
    }
    await tests.at(-1)?.run();
  }
  return failures;
}
