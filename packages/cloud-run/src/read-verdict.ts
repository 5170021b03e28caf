import type { Entry } from "./read-entry.ts";

/** What the platform's log says of a program's end. */
export interface Verdict {
  readonly code?: number;
  readonly signal?: string;
  readonly outOfMemory?: true;
  readonly evidence: string;
  /** It may still come. */
  readonly pending?: true;
}
/** Cloud Run's words, one of them at the end of each program. */
export function readVerdict(lines: readonly Entry[]): Verdict | undefined {
  const texts = lines.filter(({ log }) => log === "system").map(({ text }) => text);
  const memory = texts.find((text) => /memory limit of .* exceeded/i.test(text));
  const [exited, code] = firstMatch(texts, /Container called exit\((\d+)\)/i);
  const [ended, signal] = firstMatch(texts, /terminated on signal (\w+)/i);
  const evidence = [memory, exited, ended].filter((text) => text !== undefined).join("; ");
  if (evidence === "") return undefined;
  return {
    ...(code !== undefined && { code: Number(code) }),
    ...(signal !== undefined && { signal }),
    ...(memory !== undefined && { outOfMemory: true }),
    evidence,
  };
}
function firstMatch(texts: readonly string[], pattern: RegExp): readonly [text: string | undefined, word: string | undefined] {
  const match = texts.map((text) => pattern.exec(text)).find((found) => found !== null);
  return match == null ? [undefined, undefined] : [match.input, match[1]];
}
