import { join } from "node:path";
import { instant, type StopResult, type WorkloadId } from "@longshore/core";
import { type Call, type DriverStopOptions, sleep } from "@longshore/core/driver";
import { announceChange } from "./announce-change.ts";
import { createOnce } from "./create-once.ts";
import { findSurvivors } from "./find-survivors.ts";
import { closeUnstarted, kinOf, lookAtTask } from "./look-at-task.ts";
import type { Evidence } from "./map-process-state.ts";
import { isAlive } from "./process-identity.ts";
import { askToEnd, killSurvivors } from "./signal-survivors.ts";
import type { SupervisorLine } from "./supervisor-line.ts";
import { type IntentRecord, taskFiles } from "./task-record.ts";

/** Until an end is seen; about what a short program takes to end. */
const lookAgainMs = 20;
/** For the supervisor to clear up, drain the pipes and flush the log after a kill: its own limits together. */
const longestEndMs = 12_000;

export interface TaskPlace {
  readonly folder: string;
  readonly id: WorkloadId;
  readonly line: SupervisorLine;
}

/**
 * Records the intent, tells the supervisor, which does the rest also when we die, and waits. What the supervisor does not
 * do, being dead or stuck, is done here.
 */
export async function stopTask(place: TaskPlace, options: DriverStopOptions, call: Call): Promise<StopResult> {
  const { folder } = place;
  const seen = await lookAtTask(folder);
  const graceMs = options.graceMs ?? seen?.task.request.graceMs ?? 0;
  if (seen === undefined || seen.exit !== undefined) return { state: "confirmed", forced: false, graceMs };
  const intent: IntentRecord = { intent: options.intent, graceMs };
  createOnce(join(folder, taskFiles.intent), intent);
  announceChange(folder);
  await closeUnstarted(folder, seen);
  return new Stopping(place, graceMs).wait(call);
}

class Stopping {
  readonly #place: TaskPlace;
  readonly #graceMs: number;
  readonly #deadline: number;
  #asked = false;
  #forced = false;

  constructor(place: TaskPlace, graceMs: number) {
    this.#place = place;
    this.#graceMs = graceMs;
    this.#deadline = performance.now() + graceMs;
  }
  async wait({ signal }: Call): Promise<StopResult> {
    for (;;) {
      const seen = await lookAtTask(this.#place.folder);
      if (seen === undefined || seen.exit !== undefined) return this.#confirmed(seen);
      this.#ask(seen);
      const late = performance.now() - this.#deadline;
      if (late >= 0) await this.#force(seen);
      if (late > longestEndMs) return this.#unconfirmed();
      await sleep(lookAgainMs, signal);
    }
  }
  /** One that somebody has halted is woken first. */
  #ask({ claim, supervised, ...seen }: Evidence): void {
    if (this.#asked) return;
    this.#asked = true;
    if (!supervised || claim === undefined) return askToEnd(kinOf({ supervised, ...seen }));
    if (isAlive(claim)) process.kill(claim.pid, "SIGCONT");
    const { id, line } = this.#place;
    if (claim.turn !== undefined) void line.tell(claim.turn, { ask: "look", id });
  }
  /** A program that has ended already only waits for its supervisor: nothing was forced. */
  async #force(seen: Evidence): Promise<void> {
    const kin = kinOf(seen);
    if (kin.program !== undefined && isAlive(kin.program)) this.#forced = true;
    if (findSurvivors(kin).length > 0) await killSurvivors(kin, lookAgainMs);
  }
  #confirmed(seen: Evidence | undefined): StopResult {
    return { state: "confirmed", forced: this.#forced || seen?.exit?.forced === true, graceMs: this.#graceMs };
  }
  #unconfirmed(): StopResult {
    const reason = "its processes do not end, or its supervisor does not report";
    return { state: "unconfirmed", forced: this.#forced, graceMs: this.#graceMs, deadline: instant(Date.now()), reason };
  }
}
