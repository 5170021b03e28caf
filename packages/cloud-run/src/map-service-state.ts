import { instant, type Instance, type Service, type WorkloadId } from "@longshore/core";
import type { protos } from "@google-cloud/run";
import { annotation, hashOf, labelsOf, lastPart } from "./native-names.ts";
import { whenever } from "./timestamps.ts";

/** What services and worker pools have alike. */
export type Resource = protos.google.cloud.run.v2.IService & protos.google.cloud.run.v2.IWorkerPool;
export type Revision = protos.google.cloud.run.v2.IRevision;
export interface SeenService {
  readonly kind: "service" | "pool";
  readonly resource: Resource;
  /** Newest first. */
  readonly revisions: readonly Revision[];
}
export const desiredOf = ({ scaling }: Resource): number => scaling?.manualInstanceCount ?? 0;
export const replicasOf = ({ annotations }: Resource): number => Number(annotations?.[annotation.replicas] ?? 1);

const conditionOf = ({ conditions }: Revision, type: string): protos.google.cloud.run.v2.ICondition | undefined =>
  conditions?.find((one) => one.type === type);
export const isReady = (revision: Revision): boolean => conditionOf(revision, "Ready")?.state === "CONDITION_SUCCEEDED";
/** How many instances of it there are now. */
export const runningOf = ({ scalingStatus }: Revision): number => scalingStatus?.desiredMinInstanceCount ?? 0;

/** Cloud Run tells how many instances a revision has, and nothing of any of them. */
function instancesOf(revision: Revision, current: boolean): readonly Instance[] {
  const ready = isReady(revision);
  return Array.from({ length: runningOf(revision) }, (_, index) => ({
    instance: `${lastPart(revision.name ?? "")}.${index}`,
    phase: ready ? "running" : "pending",
    ready,
    restarts: 0,
    current,
  }));
}
/** Cloud Run has looked at the newest wish. */
export const isSettled = ({ reconciling, observedGeneration, generation }: Resource): boolean =>
  reconciling !== true && String(observedGeneration) === String(generation);
export const hasFailed = (resource: Resource): boolean =>
  isSettled(resource) && resource.terminalCondition?.state === "CONDITION_FAILED";

/** As many ready instances of the newest revision as are wanted, and no others. */
export function isWhole({ resource, revisions }: SeenService): boolean {
  if (!isSettled(resource) || resource.terminalCondition?.state !== "CONDITION_SUCCEEDED") return false;
  const { latestCreatedRevision: latest, latestReadyRevision } = resource;
  if (latest !== latestReadyRevision) return false;
  return revisions.every((revision) => {
    const isLatest = revision.name === latest;
    return runningOf(revision) === (isLatest ? desiredOf(resource) : 0) && (!isLatest || isReady(revision));
  });
}

/** Pure. */
export function mapService(id: WorkloadId, { resource, revisions }: SeenService): Service {
  const { latestCreatedRevision } = resource;
  const instances = revisions.flatMap((revision) => instancesOf(revision, revision.name === latestCreatedRevision));
  return {
    kind: "service",
    id,
    nativeId: resource.name ?? "",
    specHash: hashOf(resource),
    labels: labelsOf(resource),
    createdAt: whenever(resource.createTime) ?? instant(0),
    state: {
      desired: desiredOf(resource),
      ready: instances.filter(({ ready }) => ready).length,
      restarts: 0,
      instances,
    },
  };
}
