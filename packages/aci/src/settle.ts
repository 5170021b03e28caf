import type { ContainerGroup } from "@azure/arm-containerinstance";
import { type Diagnosis, instant, type Task } from "@longshore/core";
import { decideEnding, type DriverInspection } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { diagnoseUnprovisioned, isOver, isUnprovisioned, pullTrouble, ranAgain, writeVerdict } from "./map-task-state.ts";
import { tag } from "./native-names.ts";
import { toTask } from "./to-task.ts";

/** Registries have a bad minute now and then. */
const defaultPullPatienceMs = 60_000;

interface Hopeless {
  readonly group: ContainerGroup;
  readonly diagnosis: Diagnosis;
}
/** Written before it is stopped: so another process knows as well why it never came to anything. */
async function giveUp({ groups }: AciParts, { group, diagnosis }: Hopeless, signal: AbortSignal): Promise<void> {
  const { name = "", tags = {} } = group;
  if (tags[tag.verdict] === undefined) await groups.retag(name, { ...tags, [tag.verdict]: writeVerdict(diagnosis) }, signal);
  await groups.stop(name, signal);
}
/** Azure goes on trying to deploy it, and might run it one day: it is deleted, and told as failed by whoever has seen that. */
async function discard(parts: AciParts, group: ContainerGroup, signal: AbortSignal): Promise<Task> {
  const { name = "" } = group;
  const state = decideEnding({ finishedAt: instant(parts.host.clock.now()), failure: diagnoseUnprovisioned(group) });
  const task = { ...toTask(group), state };
  await parts.groups.delete(name, signal);
  parts.ended.set(task.id, task);
  return task;
}

/** A task as it is, after what has to be done about how it is. */
export async function settle(parts: AciParts, group: ContainerGroup, signal: AbortSignal): Promise<DriverInspection> {
  const { config, groups, host } = parts;
  if (isOver(group)) return toTask(group);
  if (isUnprovisioned(group)) return discard(parts, group, signal);
  const trouble = pullTrouble(group);
  const patienceMs = config.pullPatienceMs ?? defaultPullPatienceMs;
  if (trouble !== undefined && Date.parse(host.clock.now()) - trouble.since >= patienceMs)
    await giveUp(parts, { group, diagnosis: trouble.diagnosis }, signal);
  else if (ranAgain(group)) await groups.stop(group.name ?? "", signal);
  return toTask(group);
}
