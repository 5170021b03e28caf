import { LongshoreError } from "@longshore/core";

/** A flag or argument that cannot be taken as it was given. */
export const flagError = (flag: string, why: string): LongshoreError =>
  new LongshoreError(`${flag}: ${why}`, { code: "invalid-argument", operation: "read arguments" });
