import type { ContainerGroup } from "@azure/arm-containerinstance";
import { type Plan, treatFields } from "@longshore/core/driver";
import type { Owner } from "@longshore/core";
import type { AciConfig } from "./aci-config.ts";
import { fieldTable } from "./field-table.ts";
import { firstGeneration, instanceName, taskName } from "./native-names.ts";
import { type AciOrder, specAdjustments, specProblems } from "./spec-problems.ts";
import { toContainerGroup } from "./to-container-group.ts";

/** A service has one for each replica. What is drawn or resolved when it is sent stands in it in braces. */
export interface AciRequest {
  readonly request: "CreateOrUpdate";
  readonly name: string;
  readonly group: ContainerGroup;
}

/** Pure: what `explain` prints and `start` sends. */
export function toAciRequest(order: AciOrder, owner: Owner, config: AciConfig): Plan<AciRequest> {
  const { spec, specHash } = order;
  const { problems: untreated, adjustments: treated } = treatFields(spec, fieldTable);
  const problems = [...untreated, ...specProblems(order, config)];
  const adjustments = [...treated, ...specAdjustments(order)];
  if (problems.length > 0) return { problems, adjustments, requests: [] };
  const group = toContainerGroup(order, owner, config);
  const generation = firstGeneration(specHash);
  const names =
    spec.kind === "task"
      ? [taskName(owner, spec.id)]
      : Array.from({ length: spec.replicas ?? 1 }, (_, index) => instanceName(owner, spec.id, { index, generation }));
  return { problems, adjustments, requests: names.map((name) => ({ request: "CreateOrUpdate", name, group })) };
}
