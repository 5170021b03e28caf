import { randomBytes } from "node:crypto";
import type { ContainerGroup } from "@azure/arm-containerinstance";
import { LongshoreError, type WorkloadSpec } from "@longshore/core";
import { retry } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { isBroken, isThrottled, isTransitioning } from "./classify-aci-error.ts";
import { fillSecrets } from "./fill-secrets.ts";
import { tag } from "./native-names.ts";
import { untilGroup } from "./until-group.ts";

/**
 * A group is deployed for seconds at the least, and takes no other request of its kind meanwhile. A look that found nothing is
 * younger than that when the group is created: so whoever is second is refused, and does not run it again.
 */
const defaultFreshMs = 1000;
/** So often in a row an answer may come too late for that, or not at all: with the pauses between them some seconds. */
const lookAttempts = 6;
/** How long a request whose answer was lost may take to show: a look right after it may be of before. */
const settleMs = 5000;
/** Throttled or broken off: so often altogether. */
const mostAttempts = 15;

export interface Creating {
  readonly name: string;
  readonly group: ContainerGroup;
  readonly spec: WorkloadSpec;
  readonly tags?: Readonly<Record<string, string>>;
}
const drawn = (): string => randomBytes(6).toString("hex");
const tooLate = (): LongshoreError =>
  new LongshoreError("Azure answers too late for a container group to be created once; raise freshMs where it always does", {
    code: "unavailable",
    operation: "start",
  });
const neverShown = (): LongshoreError =>
  new LongshoreError("Azure says that the container group is being changed, and does not show it", {
    code: "unavailable",
    operation: "start",
  });

/** Ours or another's: what shows within the time, if anything does. */
async function shows(parts: AciParts, name: string, signal: AbortSignal): Promise<ContainerGroup | undefined> {
  return (await untilGroup(parts, { name, is: (seen) => seen !== undefined, limitMs: settleMs }, signal)).seen;
}
/** What is there; undefined where a look that is young enough has found nothing. */
function freshLook({ api, groups, config }: AciParts, name: string, signal: AbortSignal): Promise<ContainerGroup | undefined> {
  const look = async (): Promise<ContainerGroup | undefined> => {
    // What is waited for before it is sent does not make it older.
    await api.turn("Get", "read", signal);
    const askedAt = performance.now();
    const group = await groups.findNow(name, signal);
    if (group === undefined && performance.now() - askedAt > (config.freshMs ?? defaultFreshMs)) throw tooLate();
    return group;
  };
  const when = (error: unknown): boolean => {
    if (isThrottled(error)) api.slowDown("read", error);
    return LongshoreError.is(error, "unavailable") || isThrottled(error) || isBroken(error);
  };
  return retry({ signal, attempts: lookAttempts, when }, look);
}
/** One try. Undefined where Azure did not take it on, and it may be tried again. */
async function attempt(parts: AciParts, { name, group }: Named, signal: AbortSignal): Promise<ContainerGroup | undefined> {
  const { api, groups } = parts;
  // Turns are waited for before the look: nothing but the request itself comes after it.
  await api.turn("CreateOrUpdate", "create", signal);
  const there = await freshLook(parts, name, signal);
  if (there !== undefined) return there;
  try {
    return await groups.create(name, group, signal);
  } catch (error) {
    if (isThrottled(error)) return api.slowDown("create", error);
    if (isTransitioning(error)) {
      const other = await shows(parts, name, signal);
      if (other === undefined) throw neverShown();
      return other;
    }
    if (!isBroken(error)) throw error;
    return shows(parts, name, signal);
  }
}
interface Named {
  readonly name: string;
  readonly group: ContainerGroup;
}

/** The group of that name: the one that is there, or a new one. Never a second run of one that is there. */
export async function createGroup(parts: AciParts, creating: Creating, signal: AbortSignal): Promise<ContainerGroup> {
  const { groups, config, host } = parts;
  const { name, spec } = creating;
  const there = await groups.find(name, signal);
  if (there !== undefined) return there;
  const filled = await fillSecrets(creating.group, { spec, host, config }, signal);
  const now = host.clock.now();
  const tags = { ...filled.tags, [tag.run]: drawn(), [tag.created]: now, [tag.made]: now, ...creating.tags };
  for (let attempts = 0; attempts < mostAttempts; attempts++) {
    const created = await attempt(parts, { name, group: { ...filled, tags } }, signal);
    if (created !== undefined) return created;
  }
  throw tooLate();
}
