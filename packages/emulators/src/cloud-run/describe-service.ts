import type { NamedMessage } from "../google/google-service.ts";
import { toTimestamp } from "../google/timestamp.ts";
import { etagOf, type Readiness } from "./job-record.ts";
import type { Condition } from "./run-shapes.ts";
import { type RevisionRecord, type ServiceRecord, sharesOf } from "./service-record.ts";

function conditionOf(type: string, { state, at, reason, message }: Readiness): Condition {
  const base = { type, lastTransitionTime: toTimestamp(at) };
  switch (state) {
    case "pending":
      return { ...base, state: "CONDITION_RECONCILING" };
    case "ready":
      return { ...base, state: "CONDITION_SUCCEEDED" };
    case "failed":
      return { ...base, state: "CONDITION_FAILED", ...(reason && { reason }), ...(message && { message }) };
  }
}

const targetType = ({ kind }: ServiceRecord, named: boolean): string =>
  `${kind === "service" ? "TRAFFIC_TARGET" : "INSTANCE_SPLIT"}_ALLOCATION_TYPE_${named ? "REVISION" : "LATEST"}`;

/** A service or a worker pool as the service tells of it. */
export function describeService(service: ServiceRecord): NamedMessage {
  const { kind, spec, readiness, endpoint, latestReady, latestCreated, deletedAt } = service;
  const statuses = sharesOf(service).map(({ target, revision }) => ({
    type: targetType(service, Boolean(target.revision)),
    revision: revision.id,
    percent: target.percent ?? 0,
    ...(target.tag && { tag: target.tag }),
  }));
  const own =
    kind === "service"
      ? { trafficStatuses: statuses, ...(endpoint && { uri: endpoint.url, urls: [endpoint.url] }) }
      : { instanceSplitStatuses: statuses };
  return {
    ...spec,
    ...own,
    name: service.name,
    uid: service.uid,
    generation: String(service.generation),
    observedGeneration: String(service.observedGeneration),
    createTime: toTimestamp(service.createdAt),
    updateTime: toTimestamp(service.updatedAt),
    ...(deletedAt !== undefined && { deleteTime: toTimestamp(deletedAt) }),
    creator: service.creator,
    lastModifier: service.creator,
    launchStage: spec.launchStage ?? "GA",
    terminalCondition: conditionOf("Ready", readiness),
    conditions: [conditionOf("RoutesReady", readiness), conditionOf("ConfigurationsReady", readiness)],
    ...(latestReady && { latestReadyRevision: latestReady.name }),
    ...(latestCreated && { latestCreatedRevision: latestCreated.name }),
    reconciling: readiness.state === "pending",
    etag: etagOf(service),
  };
}

/** A revision of either as the service tells of it. */
export function describeRevision(record: RevisionRecord): NamedMessage {
  const { owner, template, readiness, group } = record;
  const { revision: _name, ...shown } = template;
  const active = sharesOf(owner).some(({ revision }) => revision === record);
  const activity: Condition = active
    ? { type: "Active", state: "CONDITION_SUCCEEDED" }
    : { type: "Active", state: "CONDITION_FAILED", severity: "INFO", revisionReason: "RETIRED" };
  return {
    ...shown,
    name: record.name,
    uid: record.uid,
    generation: "1",
    observedGeneration: "1",
    createTime: toTimestamp(record.createdAt),
    updateTime: toTimestamp(record.updatedAt),
    creator: record.creator,
    launchStage: "GA",
    service: owner.id,
    conditions: [
      conditionOf("Ready", readiness),
      conditionOf("ContainerHealthy", readiness),
      conditionOf("ResourcesAvailable", readiness),
      activity,
    ],
    reconciling: readiness.state === "pending",
    scalingStatus: { desiredMinInstanceCount: group.running },
    etag: etagOf(record),
  };
}
