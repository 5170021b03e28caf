import { isDeepStrictEqual } from "node:util";
import type { AwsCall, AwsOperation } from "../aws/aws-service.ts";
import type { ClusterRecord } from "./cluster-record.ts";
import { type DeploymentLaunch, newDeployment } from "./deployment-record.ts";
import { describeService } from "./describe-service.ts";
import { invalidParameter, serviceNotActive, serviceNotFound } from "./ecs-errors.ts";
import { ecsArn, idOf } from "./ecs-place.ts";
import type { CreateServiceInput, LaunchInput, ServiceInput, UpdateServiceInput } from "./ecs-shapes.ts";
import type { EcsState } from "./ecs-state.ts";
import { checkNetworkExists, checkRolesExist } from "./existing-resources.ts";
import { paginate, type PageRequest } from "./paginate.ts";
import { placementOf } from "./place-tasks.ts";
import { checkExecuteCommand } from "./run-task.ts";
import { deploy, newService, type ServiceRecord, settingsOf } from "./service-record.ts";
import { serviceSchedulerOf } from "./service-scheduler-of.ts";

const nameForm = /^[A-Za-z0-9_-]{1,255}$/;
const tokenForm = /^[\x21-\x7e]{1,36}$/;
/** Documented limits. */
const [describeLimit, pageLimit, usualPage] = [10, 100, 10];

const launchInputs = [
  "launchType",
  "capacityProviderStrategy",
  "platformVersion",
  "networkConfiguration",
  "enableExecuteCommand",
  "enableECSManagedTags",
  "propagateTags",
] as const;

/** What of a request says how tasks are launched. */
function launchInputOf(input: ServiceInput): Omit<LaunchInput, "taskDefinition"> {
  return Object.fromEntries(launchInputs.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]])));
}

function checkInput({ desiredCount, deploymentController, deploymentConfiguration: configuration }: ServiceInput): void {
  if (desiredCount !== undefined && desiredCount < 0) throw invalidParameter("desiredCount must not be negative.");
  if (deploymentController && deploymentController.type !== "ECS")
    throw invalidParameter("Only the deployment controller ECS is served.");
  if ((configuration?.strategy ?? "ROLLING") !== "ROLLING")
    throw invalidParameter("Only the deployment strategy ROLLING is served.");
  const { minimumHealthyPercent = 100, maximumPercent = 200 } = configuration ?? {};
  if (minimumHealthyPercent < 0 || maximumPercent < 0 || maximumPercent < minimumHealthyPercent)
    throw invalidParameter("maximumPercent must not be below minimumHealthyPercent.");
  if (minimumHealthyPercent === 100 && maximumPercent === 100)
    throw invalidParameter("Neither more nor fewer tasks than desired would be allowed.");
}

function findService(cluster: ClusterRecord, name: string): ServiceRecord | undefined {
  const found = cluster.services.get(idOf("service", name) ?? "");
  return found && (name === found.arn || !name.startsWith("arn:")) ? found : undefined;
}

const sameAs = ({ clientToken: _, ...one }: CreateServiceInput, { clientToken: __, ...other }: CreateServiceInput): boolean =>
  isDeepStrictEqual(one, other);

function createService(state: EcsState, input: CreateServiceInput, call: AwsCall): object {
  const cluster = state.cluster(call, input.cluster);
  const { serviceName, clientToken, taskDefinition, schedulingStrategy = "REPLICA" } = input;
  checkInput(input);
  if (!nameForm.test(serviceName))
    throw invalidParameter("serviceName must be 1 to 255 letters, numbers, hyphens and underscores.");
  if (clientToken !== undefined && !tokenForm.test(clientToken))
    throw invalidParameter("clientToken must be 1 to 36 printable ASCII characters.");
  if (taskDefinition === undefined) throw invalidParameter("TaskDefinition cannot be null or empty.");
  if (schedulingStrategy !== "REPLICA") throw invalidParameter("The DAEMON scheduling strategy is not supported on Fargate.");
  if (input.desiredCount === undefined)
    throw invalidParameter("desiredCount must be specified for the REPLICA scheduling strategy.");
  const before = cluster.services.get(serviceName);
  if (before && before.status !== "INACTIVE") {
    if (before.status === "ACTIVE" && sameAs(before.created, input)) return { service: describeService(before, ["TAGS"]) };
    throw invalidParameter("Creation of service was not idempotent.");
  }
  const launch = launchOf(state, launchInputOf(input), { taskDefinition, cluster, call });
  const deployment = newDeployment(launch, call.at);
  const service = newService(cluster, input, { deployment, at: call.at, sequence: state.nextSequence() });
  cluster.services.set(serviceName, service);
  serviceSchedulerOf(state, cluster, service).wake();
  return { service: describeService(service, ["TAGS"]) };
}

function launchOf(
  state: EcsState,
  input: Omit<LaunchInput, "taskDefinition">,
  { taskDefinition, cluster, call }: { taskDefinition: string; cluster: ClusterRecord; call: AwsCall },
): DeploymentLaunch {
  const definition = state.region(call).definitions.findActive(taskDefinition);
  checkExecuteCommand(input.enableExecuteCommand, definition);
  checkNetworkExists(state.existing, input.networkConfiguration);
  checkRolesExist(state.existing, definition);
  return { definition, placement: placementOf(input, definition, cluster), input };
}

function updateService(state: EcsState, input: UpdateServiceInput, call: AwsCall): object {
  const cluster = state.cluster(call, input.cluster);
  const service = findService(cluster, input.service);
  if (!service) throw serviceNotFound();
  if (service.status !== "ACTIVE") throw serviceNotActive();
  const configuration = { ...service.configuration, ...input.deploymentConfiguration };
  checkInput({ ...input, deploymentConfiguration: configuration });
  const [current] = service.deployments;
  const changes = launchInputOf(input);
  if (current && (input.taskDefinition !== undefined || input.forceNewDeployment || Object.keys(changes).length > 0)) {
    const { launchType: _, ...kept } = current.launch.input;
    const before = changes.capacityProviderStrategy ? kept : current.launch.input;
    // The revision that runs may be inactive by now, and runs on.
    const same = input.taskDefinition === undefined && { ...current.launch, input: { ...before, ...changes } };
    const taskDefinition = input.taskDefinition ?? current.launch.definition.arn;
    const launch = same || launchOf(state, { ...before, ...changes }, { taskDefinition, cluster, call });
    const placed = same ? { ...same, placement: placementOf(same.input, same.definition, cluster) } : launch;
    deploy(service, newDeployment(placed, call.at));
  }
  service.configuration = configuration;
  service.settings = { ...service.settings, ...settingsOf(input) };
  service.desiredCount = input.desiredCount ?? service.desiredCount;
  serviceSchedulerOf(state, cluster, service).wake();
  return { service: describeService(service, ["TAGS"]) };
}

interface DeleteServiceInput {
  readonly cluster?: string;
  readonly service: string;
  readonly force?: boolean;
}

function deleteService(state: EcsState, { cluster: name, service: wanted, force }: DeleteServiceInput, call: AwsCall): object {
  const cluster = state.cluster(call, name);
  const service = findService(cluster, wanted);
  if (!service) throw serviceNotFound();
  if (service.status === "ACTIVE" && service.desiredCount > 0 && !force)
    throw invalidParameter("The service cannot be stopped while it is scaled above 0.");
  if (service.status === "ACTIVE") service.status = "DRAINING";
  service.desiredCount = 0;
  serviceSchedulerOf(state, cluster, service).wake();
  return { service: describeService(service, ["TAGS"]) };
}

interface DescribeServicesInput {
  readonly cluster?: string;
  readonly services: readonly string[];
  readonly include?: readonly string[];
}

function describeServices(
  state: EcsState,
  { cluster: name, services: names, include }: DescribeServicesInput,
  call: AwsCall,
): object {
  const cluster = state.cluster(call, name);
  if (names.length === 0) throw invalidParameter("Services cannot be empty.");
  if (names.length > describeLimit) throw invalidParameter(`Services cannot have more than ${describeLimit} entries.`);
  const found = names.map((one) => ({ one, service: findService(cluster, one) }));
  const arnOf = (one: string): string =>
    one.startsWith("arn:") ? one : ecsArn(cluster.place, "service", `${cluster.name}/${one}`);
  return {
    services: found.flatMap(({ service }) => (service ? [describeService(service, include)] : [])),
    failures: found.flatMap(({ one, service }) => (service ? [] : [{ arn: arnOf(one), reason: "MISSING" }])),
  };
}

interface ListServicesInput extends PageRequest {
  readonly cluster?: string;
  readonly launchType?: string;
  readonly schedulingStrategy?: string;
}

function listServices(state: EcsState, input: ListServicesInput, call: AwsCall): object {
  const cluster = state.cluster(call, input.cluster);
  const { launchType, schedulingStrategy = "REPLICA" } = input;
  const services = [...cluster.services.values()].filter(
    ({ status, deployments: [primary] }) =>
      status === "ACTIVE" &&
      schedulingStrategy === "REPLICA" &&
      (launchType === undefined || primary?.launch.placement.launchType === launchType),
  );
  const { page, ...rest } = paginate(services, input, {
    scope: `ListServices ${cluster.arn} ${launchType ?? ""} ${schedulingStrategy}`,
    limit: pageLimit,
    usual: usualPage,
    keyOf: ({ sequence }) => String(sequence).padStart(12, "0"),
  });
  return { serviceArns: page.map(({ arn }) => arn), ...rest };
}

/** What can be asked of services. */
export const serviceOperations = (state: EcsState): Readonly<Record<string, AwsOperation>> => ({
  CreateService: async (input: CreateServiceInput, call) => createService(state, input, call),
  UpdateService: async (input: UpdateServiceInput, call) => updateService(state, input, call),
  DeleteService: async (input: DeleteServiceInput, call) => deleteService(state, input, call),
  DescribeServices: async (input: DescribeServicesInput, call) => describeServices(state, input, call),
  ListServices: async (input: ListServicesInput, call) => listServices(state, input, call),
});
