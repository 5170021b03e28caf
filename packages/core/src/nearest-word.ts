import { closestMatch } from "leven";

/** The known word that was most likely meant, if one is near: at most a third of what was written differs. */
export const nearestWord = (found: string, known: readonly string[]): string | undefined =>
  closestMatch(found, known, { maxDistance: Math.max(1, Math.ceil(found.length / 3)) });

/** `expected a, b, c`, with a guess: how every refusal of an unknown name ends. */
export function expectedWords(found: string, known: readonly string[]): string {
  const guess = nearestWord(found, known);
  return `expected ${known.join(", ") || "nothing"}${guess === undefined ? "" : `; did you mean ${guess}?`}`;
}
