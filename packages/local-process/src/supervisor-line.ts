import { readFileSync } from "node:fs";
import { LongshoreError } from "@longshore/core";
import { type Call, orAbort, sleep } from "@longshore/core/driver";
import { launchSupervisor } from "./launch-supervisor.ts";
import type { ProcessIdentity } from "./process-identity.ts";
import { reachSupervisor } from "./reach-supervisor.ts";
import type { Answer, Question } from "./supervisor-messages.ts";
import type { SupervisorPlaces, Turn } from "./supervisor-places.ts";
import { Wire } from "./wire.ts";

export type SupervisorWire = Wire<Question, Answer>;

/** A supervisor is up in some 50 ms (measured; a start of Node). */
const lookAgainMs = 5;
/** One that was halted is woken; it answers within a few milliseconds while it lives. */
const patienceMs = 2_000;
/** Then it hangs, and another takes its turn. What it runs stays its own. */
const longestSilenceMs = 10_000;

/** Tells a question that was not answered from one that was answered with no. */
class Unanswered extends Error {}

/** EPIPE, ECONNRESET: it went away while it was asked. */
const isBroken = (error: unknown): boolean => typeof (error as { readonly syscall?: unknown }).syscall === "string";

/** How a driver speaks to the supervisor of its owner's workloads, and has one started where there is none. */
export class SupervisorLine {
  readonly places: SupervisorPlaces;
  /** Those of ours that have not ended, by the turn that they take over; 0 where there was none. */
  readonly #launched = new Set<number>();
  #failed: unknown;

  constructor(places: SupervisorPlaces) {
    this.places = places;
  }
  /** Asks whoever's turn it is, over and over until somebody has answered: what was asked twice is done once. */
  async ask(question: Question, { signal }: Call): Promise<Answer> {
    for (;;) {
      signal.throwIfAborted();
      const turn = this.places.current();
      if (turn === undefined) this.#launch();
      else {
        const answer = await this.#askOne(turn, question, signal);
        if (answer !== undefined) return answer;
      }
      await sleep(lookAgainMs, signal);
      if (this.places.current() === undefined && this.#failed !== undefined) throw this.#takeFailure();
    }
  }
  /** Best effort: a supervisor that did not hear finds out by looking, which it does now and then. */
  async tell(turn: number, question: Question): Promise<void> {
    try {
      using wire = await this.wire(turn);
      await first(wire, question, AbortSignal.timeout(patienceMs));
    } catch {
      // It has gone, or hangs; whoever tells it something does without it then.
    }
  }
  /** Undefined where that one has gone, or hangs. */
  async askTurn(turn: number, question: Question, signal: AbortSignal): Promise<Answer | undefined> {
    try {
      using wire = await orAbort(signal, () => this.wire(turn));
      return await first(wire, question, AbortSignal.any([signal, AbortSignal.timeout(longestSilenceMs)]));
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }
  /** For a conversation. Rejects where nobody listens. */
  async wire(turn: number): Promise<SupervisorWire> {
    return new Wire<Question, Answer>(await reachSupervisor(this.places, turn));
  }
  async #askOne(turn: Turn, question: Question, signal: AbortSignal): Promise<Answer | undefined> {
    const silence = AbortSignal.timeout(longestSilenceMs);
    const waking = setTimeout(() => wake(turn.holder), patienceMs);
    const wire = await orAbort(signal, () => this.wire(turn.number)).catch((error: unknown) => {
      if (signal.aborted || LongshoreError.is(error)) throw error;
    });
    try {
      if (wire === undefined) return undefined; // it has just begun, or is about to end
      return await first(wire, question, AbortSignal.any([signal, silence]));
    } catch (error) {
      signal.throwIfAborted();
      if (silence.aborted) this.#launch(turn.number);
      else if (!(error instanceof Unanswered) && !isBroken(error)) throw error;
      return undefined;
    } finally {
      clearTimeout(waking);
      wire?.[Symbol.dispose]();
    }
  }
  /** One that ends with 0 has done its duty, or it was another's turn; one that is killed (null) had begun. */
  #launch(instead = 0): void {
    if (this.#launched.has(instead)) return;
    this.#launched.add(instead);
    launchSupervisor(this.places, instead === 0 ? undefined : instead)
      .then((code) => {
        if (code !== 0 && code !== null) this.#failed = new Error(`the supervisor ended at once: ${this.#complaints()}`);
      })
      .catch((error: unknown) => (this.#failed = error))
      .finally(() => this.#launched.delete(instead));
  }
  #takeFailure(): unknown {
    const failed = this.#failed;
    this.#failed = undefined;
    return failed;
  }
  #complaints(): string {
    const text = readFileSync(this.places.complaints, "utf8").trim();
    return text.split("\n").slice(-6).join(" ") || "without a word";
  }
}

async function first(wire: SupervisorWire, question: Question, signal: AbortSignal): Promise<Answer> {
  return orAbort(signal, async () => {
    await wire.send(question);
    for await (const answer of wire.messages()) return answer;
    throw new Unanswered("the supervisor went away");
  });
}

/** One that somebody has halted. */
export function wake({ pid }: ProcessIdentity): void {
  try {
    process.kill(pid, "SIGCONT");
  } catch {
    // It has ended meanwhile.
  }
}
