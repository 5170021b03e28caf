import { ModelledError } from "../aws/modelled-error.ts";
import { invalidParameter } from "./ecs-errors.ts";
import { stoppedTaskRetentionMs } from "./retention.ts";
import type { TaskRecord } from "./task-record.ts";

/** How long a token is remembered at most. */
const tokenLifeMs = 24 * 3_600_000;
const form = /^[\x21-\x7e]{1,64}$/;

export interface RememberedRun {
  readonly tasks: readonly TaskRecord[];
  readonly failures: readonly object[];
}

interface Entry extends RememberedRun {
  readonly at: number;
  readonly parameters: string;
}

/** The same members in the same order, whatever order they came in. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, canonical(member)]),
  );
};

/** Which RunTask of a cluster was asked for with which token: a day long, and not longer than an hour after its tasks have ended. */
export class ClientTokens {
  readonly #entries = new Map<string, Entry>();

  /** What a token has run already. @throws ConflictException where that was asked for in other words. */
  find(
    token: string,
    { clientToken: _, ...parameters }: { readonly clientToken?: string },
    now: number,
  ): RememberedRun | undefined {
    if (!form.test(token)) throw invalidParameter("clientToken must be 1 to 64 printable ASCII characters without spaces.");
    this.#purge(now);
    const known = this.#entries.get(token);
    if (!known || known.parameters === JSON.stringify(canonical(parameters))) return known;
    const resourceIds = known.tasks.map(({ arn }) => arn);
    const message = "The client token was used before, for a request with other parameters.";
    throw new ModelledError("ConflictException", message, { fields: { resourceIds } });
  }

  remember(
    token: string,
    { clientToken: _, ...parameters }: { readonly clientToken?: string },
    run: RememberedRun & { at: number },
  ): void {
    this.#entries.set(token, { ...run, parameters: JSON.stringify(canonical(parameters)) });
  }

  #purge(now: number): void {
    for (const [token, { at, tasks }] of this.#entries) {
      const ended = tasks.every(({ stoppedAt }) => stoppedAt !== undefined && now - stoppedAt > stoppedTaskRetentionMs);
      if (ended || now - at > tokenLifeMs) this.#entries.delete(token);
    }
  }
}
