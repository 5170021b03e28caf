import type { Session } from "../session.ts";
import { closeAll, type Look, namesToAsk, openToAsk } from "./look-everywhere.ts";

/** All configured runtimes, or the one that was named; closed on dispose. One that is down says so in its `error`. */
export async function openAll(session: Session): Promise<AsyncDisposable & { readonly looks: readonly Look[] }> {
  const looks = await Promise.all(namesToAsk(session).map((name) => openToAsk(session, name)));
  return { looks, [Symbol.asyncDispose]: () => closeAll(looks) };
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Tells of each that could not be asked. Throws the only failure where there is one alone and nobody answered. */
export async function tellFailures({ output }: Session, failures: readonly unknown[], asked: number): Promise<void> {
  if (failures.length === asked && failures.length === 1) throw failures[0];
  for (const failure of failures) await output.note(messageOf(failure));
}
