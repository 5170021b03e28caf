import type { BareSession } from "../session.ts";

/** Ctrl-C ends the waiting at once, and never in silence about what goes on without us. The second kills as ever. */
export async function leaving<T>({ interrupts, output }: BareSession, livesOn: string, body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (interrupts.wanted && interrupts.signal.aborted) await output.note(livesOn);
    throw error;
  }
}
