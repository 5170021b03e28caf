import { LongshoreError } from "./longshore-error.ts";

declare const brand: unique symbol;
/** A value that went through its parser: a plain string or number does not pass for it. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
/** Chosen by the caller and single-use: an id that ran once is never given to another spec. */
export type WorkloadId = Brand<string, "WorkloadId">;
/** In whose name a runtime is open. Without hyphens, so that `owner-id` splits in one way only. */
export type Owner = Brand<string, "Owner">;

/** Fits, with the owner, into a Kubernetes label value and a Cloud Run job name (both 63 characters). */
const longestId = 40;

export const idRule: string = `lowercase letters, digits and single hyphens, a letter first, at most ${longestId} characters`;
export const ownerRule: string = "lowercase letters and digits, a letter first, at most 20 characters";

export const isWorkloadId = (text: unknown): text is WorkloadId =>
  typeof text === "string" && text.length <= longestId && /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text);

const refuse = (what: string, text: unknown, rule: string): never => {
  const shown = JSON.stringify(text) ?? String(text);
  const message = `not ${what}: ${shown.length > 80 ? `${shown.slice(0, 77)}…"` : shown}; expected ${rule}`;
  throw new LongshoreError(message, { code: "invalid-argument", operation: "parse" });
};

/** Throws `invalid-argument` with the rule. */
export const workloadId = (text: string): WorkloadId => (isWorkloadId(text) ? text : refuse("a workload id", text, idRule));

/** Throws `invalid-argument` with the rule. */
export const owner = (text: string): Owner =>
  typeof text === "string" && /^[a-z][a-z0-9]{0,19}$/.test(text) ? (text as Owner) : refuse("an owner", text, ownerRule);
