import type { AwsCall, AwsOperation } from "../aws/aws-service.ts";
import { failureThreshold } from "./circuit-breaker.ts";
import type { DeploymentRecord } from "./deployment-record.ts";
import { deploymentArn, describeLaunch } from "./describe-service.ts";
import { invalidParameter, serviceNotFound } from "./ecs-errors.ts";
import { idOf, pathOf } from "./ecs-place.ts";
import type { EcsState } from "./ecs-state.ts";
import { paginate, type PageRequest } from "./paginate.ts";
import { type ServiceRecord, tasksOf } from "./service-record.ts";

/** Documented: so many can be described at a time. */
const describeLimit = 20;
const date = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms));

/** The deployment that took this one back. */
const rollbackOf = ({ history }: ServiceRecord, deployment: DeploymentRecord): DeploymentRecord | undefined =>
  history.find((one) => one.rollbackOf === deployment);

/** What ECS calls a service's deployment, which a rollback is a part of. */
function statusOf(service: ServiceRecord, deployment: DeploymentRecord): string {
  const back = rollbackOf(service, deployment);
  if (back)
    return { IN_PROGRESS: "ROLLBACK_IN_PROGRESS", COMPLETED: "ROLLBACK_SUCCESSFUL", FAILED: "ROLLBACK_FAILED" }[
      back.rolloutState
    ];
  if (deployment.rolloutState === "COMPLETED") return "SUCCESSFUL";
  return deployment.rolloutState === "IN_PROGRESS" && deployment.status === "PRIMARY" ? "IN_PROGRESS" : "STOPPED";
}

/** What runs the same has the same revision, as the one that is rolled back to. */
const revisionArn = (service: ServiceRecord, { launch }: DeploymentRecord): string => {
  const first = service.history.findLast((one) => one.launch === launch) as DeploymentRecord;
  return deploymentArn(service, first, "service-revision");
};

const summary = (service: ServiceRecord, deployment: DeploymentRecord): object => {
  const tasks = tasksOf(service, deployment);
  const running = tasks.filter(({ lastStatus }) => lastStatus === "RUNNING").length;
  return {
    arn: revisionArn(service, deployment),
    requestedTaskCount: deployment.status === "PRIMARY" ? service.desiredCount : 0,
    runningTaskCount: running,
    pendingTaskCount: tasks.filter(({ desiredStatus }) => desiredStatus === "RUNNING").length - running,
  };
};

const describeBrief = (service: ServiceRecord, deployment: DeploymentRecord): object => ({
  serviceDeploymentArn: deploymentArn(service, deployment, "service-deployment"),
  serviceArn: service.arn,
  clusterArn: service.cluster.arn,
  createdAt: date(deployment.createdAt),
  startedAt: date(deployment.createdAt),
  finishedAt: date((rollbackOf(service, deployment) ?? deployment).finishedAt),
  status: statusOf(service, deployment),
  statusReason: deployment.rolloutStateReason,
});

function describeWhole(service: ServiceRecord, deployment: DeploymentRecord): object {
  const back = rollbackOf(service, deployment);
  const threshold = failureThreshold(service.configuration, service.desiredCount);
  const watching = deployment.rolloutState === "IN_PROGRESS" ? "MONITORING" : "MONITORING_COMPLETE";
  const failed = deployment.rolloutState === "FAILED" ? "TRIGGERED" : watching;
  const place = service.history.indexOf(deployment);
  return {
    ...describeBrief(service, deployment),
    updatedAt: date(deployment.updatedAt),
    sourceServiceRevisions: service.history.slice(place + 1, place + 2).map((before) => summary(service, before)),
    targetServiceRevision: summary(service, deployment),
    deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100, ...service.configuration },
    deploymentCircuitBreaker: {
      status: threshold === undefined ? "DISABLED" : failed,
      failureCount: deployment.failedTasks,
      ...(threshold !== undefined && { threshold }),
    },
    ...(back && {
      rollback: {
        reason: deployment.rolloutStateReason,
        startedAt: date(back.createdAt),
        serviceRevisionArn: revisionArn(service, back),
      },
    }),
  };
}

/** Those that a user began. */
const deploymentsOf = ({ history }: ServiceRecord): readonly DeploymentRecord[] => history.filter((one) => !one.rollbackOf);

function find(state: EcsState, { arn, kind }: { arn: string; kind: "service-deployment" | "service-revision" }, call: AwsCall) {
  const [cluster = "", service = ""] = (pathOf(kind, arn) ?? "").split("/");
  const found = state.region(call).clusters.get(cluster)?.services.get(service);
  const deployment = found && deploymentsOf(found).find((one) => deploymentArn(found, one, kind) === arn);
  return found && deployment ? { service: found, deployment } : undefined;
}

interface ListInput extends PageRequest {
  readonly cluster?: string;
  readonly service: string;
  readonly status?: readonly string[];
  readonly createdAt?: { readonly before?: number; readonly after?: number };
}

function list(state: EcsState, input: ListInput, call: AwsCall): object {
  const cluster = state.cluster(call, input.cluster);
  const service = cluster.services.get(idOf("service", input.service) ?? "");
  if (!service) throw serviceNotFound();
  const { before = Infinity, after = -Infinity } = input.createdAt ?? {};
  const wanted = deploymentsOf(service).filter(
    (one) =>
      (!input.status?.length || input.status.includes(statusOf(service, one))) &&
      one.createdAt >= after * 1000 &&
      one.createdAt <= before * 1000,
  );
  const scope = `ListServiceDeployments ${service.arn} ${JSON.stringify([input.status, input.createdAt])}`;
  // The newest first.
  const keyOf = (one: DeploymentRecord): string => String(service.history.indexOf(one)).padStart(6, "0");
  const { page, ...rest } = paginate(wanted, input, { scope, limit: 100, usual: 20, keyOf });
  const briefs = page.map((one) => ({ ...describeBrief(service, one), targetServiceRevisionArn: revisionArn(service, one) }));
  return { serviceDeployments: briefs, ...rest };
}

function describeMany(
  state: EcsState,
  { arns, kind }: { arns: readonly string[]; kind: "service-deployment" | "service-revision" },
  call: AwsCall,
) {
  if (arns.length === 0 || arns.length > describeLimit)
    throw invalidParameter(`You can describe 1 to ${describeLimit} at a time.`);
  const all = arns.map((arn) => ({ arn, found: find(state, { arn, kind }, call) }));
  return {
    found: all.flatMap(({ found }) => found ?? []),
    failures: all.flatMap(({ arn, found }) => (found ? [] : [{ arn, reason: "MISSING" }])),
  };
}

function describeRevision(service: ServiceRecord, deployment: DeploymentRecord): object {
  return {
    serviceRevisionArn: deploymentArn(service, deployment, "service-revision"),
    serviceArn: service.arn,
    clusterArn: service.cluster.arn,
    taskDefinition: deployment.launch.definition.arn,
    ...describeLaunch(deployment),
    containerImages: deployment.launch.definition.containers.map(({ name, image }) => ({ containerName: name, image })),
    createdAt: date(deployment.createdAt),
  };
}

/** What can be asked of the deployments of services. */
export const serviceDeploymentOperations = (state: EcsState): Readonly<Record<string, AwsOperation>> => ({
  ListServiceDeployments: async (input: ListInput, call) => list(state, input, call),
  DescribeServiceDeployments: async (
    { serviceDeploymentArns: arns }: { readonly serviceDeploymentArns: readonly string[] },
    call,
  ) => {
    const { found, failures } = describeMany(state, { arns, kind: "service-deployment" }, call);
    return { serviceDeployments: found.map(({ service, deployment }) => describeWhole(service, deployment)), failures };
  },
  DescribeServiceRevisions: async ({ serviceRevisionArns: arns }: { readonly serviceRevisionArns: readonly string[] }, call) => {
    const { found, failures } = describeMany(state, { arns, kind: "service-revision" }, call);
    return { serviceRevisions: found.map(({ service, deployment }) => describeRevision(service, deployment)), failures };
  },
});
