import { instant, type StopResult } from "@longshore/core";
import type { Call, DriverStopOptions } from "@longshore/core/driver";
import { findSurvivors } from "./find-survivors.ts";
import { FolderChanges } from "./folder-changes.ts";
import { lookAtService, type ServiceEvidence } from "./look-at-service.ts";
import { giveOrder, haveKept, type ServicePlace } from "./order-service.ts";
import type { ServiceOrder } from "./service-record.ts";
import { killSurvivors } from "./signal-survivors.ts";

/** For whoever keeps it to clear up, drain the pipes and flush the logs after a kill: its own limits together. */
const longestEndMs = 12_000;
const longestKillMs = 3_000;

export interface ServiceStop {
  readonly graceMs?: DriverStopOptions["graceMs"] | undefined;
  /** It is being taken away: nobody can resume it, and nobody waits for its clients. */
  readonly removing?: true | undefined;
}

/**
 * Writes the order down, has whoever keeps the service carry it out, and waits. What that one does not do, being dead or stuck,
 * is done here. Undefined where there is no such service.
 */
export async function stopService(
  place: ServicePlace,
  { graceMs, removing }: ServiceStop,
  call: Call,
): Promise<StopResult | undefined> {
  if (lookAtService(place.folder) === undefined) return undefined;
  const seen = giveOrder(place, "stop", ({ order }) => stopOf(order, { removing, graceMs }));
  const { request } = seen.order.wanted;
  const { graceMs: applied, drainMs } = seen.order.stopped ?? { graceMs: graceMs ?? request.graceMs, drainMs: 0 };
  const limit = AbortSignal.timeout(applied + drainMs + longestEndMs);
  try {
    const ended = await untilEnded(place, { ...call, signal: AbortSignal.any([call.signal, limit]) });
    // Whoever kept it may have died between the start of a program and the note of it.
    if (ended !== undefined && ended.seen < ended.number) await killSurvivors({ marker: seen.service.marker }, longestKillMs);
    const forced = ended?.instances.some((one) => one.forced === true) ?? false;
    return { state: "confirmed", forced, graceMs: applied };
  } catch (error) {
    if (!limit.aborted || call.signal.aborted) throw error;
    return byForce(seen, applied);
  }
}

/** A second stop changes nothing but the patience. */
function stopOf({ wanted, stopped, removing: gone }: ServiceOrder, asked: ServiceStop): ServiceOrder | undefined {
  const removing = asked.removing ?? gone;
  const graceMs = asked.graceMs ?? wanted.request.graceMs;
  const drainMs = removing === true ? 0 : (wanted.request.service?.drainMs ?? 0);
  const known = stopped !== undefined && stopped.graceMs <= graceMs && stopped.drainMs <= drainMs && gone === removing;
  return known ? undefined : { wanted, stopped: { graceMs, drainMs }, ...(removing === true && { removing }) };
}

async function untilEnded(place: ServicePlace, call: Call): Promise<ServiceEvidence | undefined> {
  using changes = new FolderChanges(place.folder);
  for (let asked = false; ; asked = true) {
    const seen = lookAtService(place.folder);
    if (seen === undefined || hasEnded(seen)) return seen;
    if (!asked || seen.keeper === undefined) await haveKept(place, call);
    else await changes.next(call.signal);
  }
}
/** The keeper lets go last: nobody writes into the folder any more. */
const hasEnded = ({ instances, keeper, order }: ServiceEvidence): boolean =>
  order.stopped === undefined || (keeper === undefined && instances.every(({ phase }) => phase === "exited"));

async function byForce({ service }: ServiceEvidence, graceMs: number): Promise<StopResult> {
  const kin = { marker: service.marker };
  const ended = findSurvivors(kin).length === 0 || (await killSurvivors(kin, longestKillMs));
  const reason = ended ? "whoever keeps it does not report" : "its processes do not end";
  return { state: "unconfirmed", forced: true, graceMs, deadline: instant(Date.now()), reason };
}
