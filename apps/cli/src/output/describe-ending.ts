import type { Ending } from "@longshore/core";

/** One line for people: what became of it, why, and what to do. */
export function describeEnding(ending: Ending): string {
  if (ending.outcome === "succeeded") return "succeeded";
  const { message, hint } = ending.diagnosis;
  return `${ending.outcome}: ${message}; ${hint}`;
}
