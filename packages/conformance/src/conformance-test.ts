/** The contract's twelve, and what is promised of services and of sessions beside a program. */
export type Guarantee =
  | ("G1" | "G2" | "G3" | "G4" | "G5" | "G6" | "G7" | "G8" | "G9" | "G10" | "G11" | "G12")
  | ("services" | "sessions");

/** One test, for any runner: `for (const { name, run, skip } of tests) (skip ? test.skip : test)(name, run)`. */
export interface ConformanceTest {
  /** `suite` for the summary, which comes last. */
  readonly guarantee: Guarantee | "suite";
  /** Begins with the guarantee. */
  readonly name: string;
  /** Why it cannot be run here: a trait, a capability or an ability of the harness that is not there. Already printed. */
  readonly skip?: string;
  /** Resolves when skipped, rejects when the driver breaks the guarantee. Each has owners of its own, so order does not matter. */
  readonly run: () => Promise<void>;
}
