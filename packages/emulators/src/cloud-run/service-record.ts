import type { InstanceGroup } from "./instance-group.ts";
import type { Readiness } from "./job-record.ts";
import type { RunPlace } from "./run-world.ts";
import type { RevisionTemplate, ServiceSpec, Target } from "./service-shapes.ts";
import type { ServiceEndpoint } from "./service-endpoint.ts";

export type ServiceKind = "service" | "worker-pool";

export interface RevisionRecord {
  readonly name: string;
  readonly id: string;
  readonly uid: string;
  readonly creator: string;
  readonly createdAt: number;
  readonly template: RevisionTemplate;
  readonly owner: ServiceRecord;
  readonly group: InstanceGroup;
  version: number;
  updatedAt: number;
  readiness: Readiness;
}

export interface ServiceRecord {
  readonly kind: ServiceKind;
  readonly name: string;
  readonly id: string;
  readonly place: RunPlace;
  readonly uid: string;
  readonly creator: string;
  readonly createdAt: number;
  /** By ids, oldest first. */
  readonly revisions: Map<string, RevisionRecord>;
  /** Where a service is reached; a worker pool is not. */
  endpoint?: ServiceEndpoint;
  spec: ServiceSpec;
  generation: number;
  observedGeneration: number;
  version: number;
  updatedAt: number;
  deletedAt?: number;
  readiness: Readiness;
  latestReady?: RevisionRecord;
  latestCreated?: RevisionRecord;
}

/** Which revision gets how much, as it is by now: the latest that is ready gets all where nothing else is asked. */
export function sharesOf({
  spec,
  revisions,
  latestReady,
}: ServiceRecord): readonly { readonly target: Target; readonly revision: RevisionRecord }[] {
  const asked = [...(spec.traffic ?? []), ...(spec.instanceSplits ?? [])];
  const targets: readonly Target[] = asked.length > 0 ? asked : [{ percent: 100 }];
  return targets.flatMap((target) => {
    const revision = target.revision ? revisions.get(target.revision) : latestReady;
    return revision ? [{ target, revision }] : [];
  });
}
