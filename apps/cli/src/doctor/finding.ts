/** What was looked at, and how it is. `warn` stands in nobody's way yet. */
export interface Finding {
  readonly check: string;
  readonly state: "ok" | "warn" | "bad";
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}
