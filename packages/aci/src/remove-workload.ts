import type { ContainerGroup } from "@azure/arm-containerinstance";
import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { taskName } from "./native-names.ts";
import { untilGroup } from "./until-group.ts";

/** Until it is gone. Asked for again as long as it is not: one that stops is not deleted, and a deletion may fail late. */
export async function deleteGroup(parts: AciParts, name: string, signal: AbortSignal): Promise<void> {
  const is = async (group: ContainerGroup | undefined): Promise<boolean> => {
    if (group === undefined) return true;
    await parts.groups.delete(name, signal);
    return false;
  };
  const { came } = await untilGroup(parts, { name, is }, signal);
  if (!came) throw new LongshoreError(`Azure does not say that ${name} is gone`, { code: "unavailable", operation: "remove" });
}

/** The groups, and what a store keeps of their lines; the group that bears the id goes last. */
export async function removeWorkload(parts: AciParts, id: WorkloadId, { signal }: Call): Promise<void> {
  const { groups, host, ended, looks, spools } = parts;
  const task = taskName(host.owner, id);
  const listed = (await groups.of(id, signal)).map(({ name = "" }) => name);
  await spools?.remove(id, signal);
  await Promise.all([...new Set([task, ...listed])].map((name) => deleteGroup(parts, name, signal)));
  // What somebody captured meanwhile.
  await spools?.remove(id, signal);
  ended.delete(id);
  looks.forget(id);
}
