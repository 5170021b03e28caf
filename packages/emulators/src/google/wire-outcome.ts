import type { Clock } from "../clock.ts";
import type { Fault, WireFault } from "../fault.ts";
import { GoogleError } from "./google-error.ts";

const find = <Kind extends WireFault["kind"]>(
  faults: readonly Fault[],
  kind: Kind,
): Extract<WireFault, { kind: Kind }> | undefined =>
  faults.find((fault) => fault.kind === kind) as Extract<WireFault, { kind: Kind }> | undefined;

/** As clients of gRPC tell of a connection that has gone. */
const connectionDropped = (): GoogleError => new GoogleError("UNAVAILABLE", "Connection dropped");

/** What gRPC clients make of an answer that is no answer of gRPC. */
const fromHttpStatus = (status: number): GoogleError =>
  new GoogleError([429, 502, 503, 504].includes(status) ? "UNAVAILABLE" : "UNKNOWN", `Received HTTP status code ${status}`);

/**
 * Plays the faults of the wire around one call over gRPC. Its calls share a connection, so one that is to be lost ends as one
 * whose connection has gone, and the others go on.
 */
export async function withWireFaults<Answer>(
  faults: readonly Fault[],
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  work: () => Promise<Answer>,
): Promise<Answer> {
  const latency = find(faults, "latency");
  if (latency) await clock.sleep(latency.ms, signal);
  if (find(faults, "drop-request")) throw connectionDropped();
  const instead = find(faults, "status");
  if (instead) throw fromHttpStatus(instead.status);
  const lost = find(faults, "lose-reply");
  const answer = await work().catch((error: unknown) => {
    throw lost ? connectionDropped() : error;
  });
  if (lost) throw connectionDropped();
  return answer;
}
