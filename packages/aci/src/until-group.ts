import type { ContainerGroup } from "@azure/arm-containerinstance";
import { lookUntil, type SeenAtLast } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { pollMsOf } from "./poll-ms.ts";

/** What Azure takes to stop or delete a group: after that something is wrong there. */
export const patienceMs = 300_000;

interface Waiting {
  readonly name: string;
  /** Undefined is a group that is gone. */
  readonly is: (group: ContainerGroup | undefined) => boolean | Promise<boolean>;
  readonly limitMs?: number;
}
/** What was seen last when it is so, or when it takes much longer than it may. */
export const untilGroup = (
  parts: AciParts,
  { name, is, limitMs = patienceMs }: Waiting,
  signal: AbortSignal,
): Promise<SeenAtLast<ContainerGroup | undefined>> =>
  lookUntil({ look: () => parts.groups.find(name, signal), is, everyMs: pollMsOf(parts), limitMs }, signal);
