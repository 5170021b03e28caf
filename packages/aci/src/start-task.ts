import type { ContainerGroup } from "@azure/arm-containerinstance";
import { LongshoreError } from "@longshore/core";
import type { Call, Plan } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { createGroup } from "./create-group.ts";
import type { AciOrder } from "./spec-problems.ts";
import type { AciRequest } from "./to-aci-request.ts";

export interface Starting {
  readonly order: AciOrder;
  readonly plan: Plan<AciRequest>;
}
export function requestOf({ requests: [first] }: Plan<AciRequest>): AciRequest {
  if (first === undefined) throw new LongshoreError("the plan has no request", { code: "internal", operation: "start" });
  return first;
}

/** One group, by its name: who comes second finds it, or is refused while it is deployed. */
export async function startTask(parts: AciParts, { order, plan }: Starting, { signal }: Call): Promise<ContainerGroup> {
  const { spec } = order;
  const { name, group } = requestOf(plan);
  parts.ended.delete(spec.id);
  parts.looks.forget(spec.id);
  return createGroup(parts, { name, group, spec }, signal);
}
