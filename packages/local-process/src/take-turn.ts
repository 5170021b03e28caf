import { isAlive, type ProcessIdentity } from "./process-identity.ts";
import type { NumberedRecords } from "./numbered-records.ts";

/** The number of my turn, or undefined where another holds it and lives. The dead are succeeded, by one. */
export function takeTurn<T extends ProcessIdentity & { readonly released?: true }>(
  turns: NumberedRecords<T>,
  mine: T,
): number | undefined {
  for (;;) {
    const newest = turns.newest();
    const held = newest !== undefined && newest.value.released !== true && isAlive(newest.value);
    if (held) return undefined;
    const after = newest?.number ?? 0;
    if (turns.follow(after, mine)) return after + 1;
  }
}
