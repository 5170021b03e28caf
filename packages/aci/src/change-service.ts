import { randomBytes } from "node:crypto";
import type { ContainerGroup } from "@azure/arm-containerinstance";
import { defaultDrainMs, defaultReadinessTimeoutMs, LongshoreError, type Service, type WorkloadId } from "@longshore/core";
import { type Call, neverReady, noSuchService, type Plan, type Revision, sleep } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { areReady, atRest, awaitService, whyUnready } from "./await-service.ts";
import { generationOf, isReady, isStopped, newestOf, runOf, toService } from "./map-service-state.ts";
import { currentOf, intentOf, isOver, mainOf } from "./map-task-state.ts";
import { firstGeneration, tag } from "./native-names.ts";
import { deleteGroup } from "./remove-workload.ts";
import { fillService } from "./start-service.ts";
import { stopGroup } from "./stop-workload.ts";
import type { AciRequest } from "./to-aci-request.ts";
import { untilGroup } from "./until-group.ts";

type Members = readonly ContainerGroup[];

async function present({ groups }: AciParts, { id, operation }: Verb, signal: AbortSignal): Promise<Members> {
  const members = await groups.members(id, signal);
  if (members.length === 0) throw noSuchService(id, operation);
  return members;
}
interface Verb {
  readonly id: WorkloadId;
  readonly operation: string;
}
const readyMsOf = (members: Members): number => Number(newestOf(members)?.tags?.[tag.readyMs] ?? defaultReadinessTimeoutMs);
const drainMsOf = (members: Members): number => Number(newestOf(members)?.tags?.[tag.drain] ?? defaultDrainMs);
const without = (tags: ContainerGroup["tags"], ...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(tags ?? {}).filter(([name]) => !names.includes(name)));

/** Out of the endpoints first, and a while later to its end; its last lines are kept where there is a store. */
async function takeAway(parts: AciParts, old: Members, signal: AbortSignal): Promise<void> {
  if (old.length === 0) return;
  const { groups, spools } = parts;
  for (const { name = "", tags = {} } of old)
    if (tags[tag.leaving] === undefined) await groups.retag(name, { ...tags, [tag.leaving]: "true" }, signal);
  await sleep(drainMsOf(old), signal);
  await Promise.all(
    old.map(async ({ name = "" }) => {
      const group = await groups.find(name, signal);
      if (group !== undefined) await stopGroup(parts, group, { intent: "stopped", signal });
      const ended = await groups.find(name, signal);
      if (ended !== undefined) await spools?.capture(ended, signal);
      await deleteGroup(parts, name, signal);
    }),
  );
}
/** Runs what was stopped: the wish to stop goes first. */
async function revive({ groups, spools, ...rest }: AciParts, stopped: Members, signal: AbortSignal): Promise<void> {
  const parts = { groups, ...rest } as AciParts;
  await Promise.all(
    stopped.map(async (group) => {
      const { name = "", tags } = group;
      if (intentOf(group) !== undefined) {
        await spools?.capture(group, signal);
        await groups.retag(
          name,
          { ...without(tags, tag.intent, tag.leaving), [tag.run]: randomBytes(6).toString("hex") },
          signal,
        );
      }
      await untilGroup(
        parts,
        { name, is: (seen) => seen === undefined || isOver(seen) || intentOf(group) === undefined },
        signal,
      );
      await atRest(signal, () => groups.start(name, signal));
    }),
  );
}

/** What is new is ready before what is old goes; with `recreate` the old is stopped first, and runs again where the new one does not. */
export async function updateService(parts: AciParts, { order, plan }: Revision, { signal }: Call): Promise<Service> {
  const { spec, specHash } = order;
  const verb = { id: spec.id, operation: "update" };
  const members = await present(parts, verb, signal);
  if (isStopped(members)) {
    const said = "a stopped service of Container Instances cannot be given another spec; resume it first";
    throw new LongshoreError(said, { code: "unsupported", operation: "update", workload: spec.id });
  }
  const newest = newestOf(members);
  const isFor = newest?.tags?.[tag.hash] === specHash;
  const generation = isFor && newest !== undefined ? generationOf(newest) : firstGeneration(specHash);
  const old = members.filter((group) => generationOf(group) !== generation);
  if (spec.kind === "service" && spec.update === "recreate")
    await Promise.all(old.map((group) => stopGroup(parts, group, { intent: "stopped", signal })));
  await fillService(parts, { spec, plan: plan as Plan<AciRequest>, generation, members }, signal);
  const limitMs = (spec.kind === "service" ? spec.readiness?.timeoutMs : undefined) ?? defaultReadinessTimeoutMs;
  const { seen: last, came } = await awaitService(parts, { id: spec.id, is: areReady(generation), limitMs }, signal);
  if (!came) await takeBack(parts, { ...verb, members: last, generation }, signal);
  await takeAway(
    parts,
    last.filter((group) => generationOf(group) !== generation),
    signal,
  );
  return toService(await parts.groups.members(spec.id, signal));
}
interface Failed extends Verb {
  readonly members: Members;
  readonly generation: string;
}
async function takeBack(parts: AciParts, { members, generation, id, operation }: Failed, signal: AbortSignal): Promise<never> {
  const isNew = (group: ContainerGroup): boolean => generationOf(group) === generation;
  const [made, old] = [members.filter(isNew), members.filter((group) => !isNew(group))];
  const why = whyUnready(made);
  if (old.length === 0) throw neverReady(id, operation, why);
  await Promise.all(made.map(({ name = "" }) => deleteGroup(parts, name, signal)));
  await revive(
    parts,
    old.filter((group) => intentOf(group) !== undefined),
    signal,
  );
  throw neverReady(id, operation, `${why}; the spec before it is back`);
}

interface Restarting {
  readonly token: string;
  readonly members: Members;
}
const isDone = (group: ContainerGroup, token: string): boolean =>
  runOf(group).startsWith(token) &&
  isReady({ ...group, tags: without(group.tags, tag.leaving) }) &&
  currentOf(group)?.startTime?.toISOString() !== group.tags?.[tag.before];

/** Out of the endpoints, begun anew where it is, and in again. */
async function restartGroup(
  parts: AciParts,
  group: ContainerGroup,
  { token, members, signal }: Restarting & { readonly signal: AbortSignal },
): Promise<void> {
  const { groups, spools } = parts;
  const { name = "" } = group;
  let { tags = {} } = group;
  if (!isDone(group, token)) {
    tags = { ...tags, [tag.leaving]: "true" };
    await groups.retag(name, tags, signal);
    await sleep(drainMsOf(members), signal);
    if (!runOf(group).startsWith(token)) {
      await spools?.capture(group, signal);
      const { restartCount = 0 } = mainOf(group)?.instanceView ?? {};
      const before = currentOf(group)?.startTime?.toISOString() ?? "never";
      const run = `${token}${tags[tag.index] ?? "0"}`;
      tags = { ...tags, [tag.run]: run, [tag.before]: before, [tag.restarted]: String(restartCount + 1) };
      await groups.retag(name, tags, signal);
    }
    await atRest(signal, () => groups.restart(name, signal));
    const is = (seen: ContainerGroup | undefined): boolean => seen === undefined || isDone(seen, token);
    const { came } = await untilGroup(parts, { name, is, limitMs: readyMsOf(members) }, signal);
    if (!came) throw neverReady((tags[tag.id] ?? "") as WorkloadId, "restart", whyUnready(members));
  }
  if (tags[tag.leaving] !== undefined) await groups.retag(name, without(tags, tag.leaving), signal);
}

/** One after the other, each where it is. The wish stands on all of them before the first. */
export async function restartService(parts: AciParts, id: WorkloadId, call: Call): Promise<Service> {
  const { signal } = call;
  const { groups } = parts;
  const members = await present(parts, { id, operation: "restart" }, signal);
  if (isStopped(members)) return resumeService(parts, id, call);
  const wished = members.map(({ tags }) => tags?.[tag.wish]).find((wish) => wish !== undefined);
  const token = wished ?? randomBytes(6).toString("hex");
  for (const { name = "", tags = {} } of members)
    if (tags[tag.wish] === undefined) await groups.retag(name, { ...tags, [tag.wish]: token }, signal);
  for (const { name = "" } of members) {
    const group = await groups.find(name, signal);
    if (group !== undefined) await restartGroup(parts, group, { token, members, signal });
  }
  for (const { name = "", tags } of await groups.members(id, signal)) await groups.retag(name, without(tags, tag.wish), signal);
  return toService(await groups.members(id, signal));
}

export async function resumeService(parts: AciParts, id: WorkloadId, { signal }: Call): Promise<Service> {
  const verb = { id, operation: "resume" };
  const members = await present(parts, verb, signal);
  const stopped = members.filter((group) => intentOf(group) !== undefined || isOver(group));
  if (stopped.length === 0) return toService(members);
  await revive(parts, stopped, signal);
  const is = (seen: Members): boolean => seen.every(isReady);
  const { seen: last, came } = await awaitService(parts, { id, is, limitMs: readyMsOf(members) }, signal);
  if (!came) throw neverReady(id, "resume", whyUnready(last));
  return toService(last);
}
