import type { ContainerGroup } from "@azure/arm-containerinstance";
import { instant, type StopResult, type WorkloadId } from "@longshore/core";
import type { Call, DriverStopOptions } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { currentOf, isOver } from "./map-task-state.ts";
import { tag, taskName } from "./native-names.ts";
import { patienceMs, untilGroup } from "./until-group.ts";

/** 128 and the number of SIGKILL: Container Instances tell no signals. */
const killedCode = 137;
/** Nothing documents one, and none can be asked for: what is applied is not known, and not counted on. */
const graceMs = 0;

const confirmed = (forced: boolean): StopResult => ({ state: "confirmed", forced, graceMs });
const unconfirmed = (): StopResult => ({
  state: "unconfirmed",
  forced: false,
  graceMs,
  deadline: instant(Date.now() + patienceMs),
  reason: "Azure was told to stop it and does not say that it has",
});

/** The intent is written before the stop. Asked for again as long as it runs: a stop while it is deployed may be refused. */
export async function stopGroup(
  parts: AciParts,
  group: ContainerGroup,
  { intent, signal }: Stopping,
): Promise<boolean | undefined> {
  const { groups } = parts;
  const { name = "", tags = {} } = group;
  if (isOver(group)) return false;
  if (tags[tag.intent] === undefined) await groups.retag(name, { ...tags, [tag.intent]: intent }, signal);
  const is = async (seen: ContainerGroup | undefined): Promise<boolean> => {
    if (seen === undefined || isOver(seen)) return true;
    await groups.stop(name, signal);
    return false;
  };
  const { seen: last, came } = await untilGroup(parts, { name, is }, signal);
  if (!came) return undefined;
  return last !== undefined && currentOf(last)?.exitCode === killedCode;
}
interface Stopping {
  readonly intent: DriverStopOptions["intent"];
  readonly signal: AbortSignal;
}

/** The grace is Azure's own. What has ended or never was is no error. */
export async function stopWorkload(
  parts: AciParts,
  { id, intent }: DriverStopOptions & { readonly id: WorkloadId },
  { signal }: Call,
): Promise<StopResult> {
  const { groups, host, looks } = parts;
  looks.forget(id);
  const group = await groups.find(taskName(host.owner, id), signal);
  const all = group === undefined ? await groups.members(id, signal) : [group];
  const results = await Promise.all(all.map((one) => stopGroup(parts, one, { intent, signal })));
  looks.forget(id);
  if (results.includes(undefined)) return unconfirmed();
  return confirmed(results.includes(true));
}
