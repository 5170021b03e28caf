import { flagError } from "./flag-error.ts";

export const showText = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text);

/** `K=V` as it is given to a flag, once or several times. */
export const keyValuePairs = (flag: string, given: readonly string[] = []): Readonly<Record<string, string>> =>
  Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw flagError(flag, `got ${showText(text)}, expected KEY=VALUE`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
