import type { AwsCall, AwsOperation } from "../aws/aws-service.ts";
import { ModelledError } from "../aws/modelled-error.ts";
import { clusterIdentity } from "./cluster-identity.ts";
import { type ClusterRecord, describeCluster, newCluster } from "./cluster-record.ts";
import { clientError, invalidParameter } from "./ecs-errors.ts";
import { ecsArn, idOf } from "./ecs-place.ts";
import type { CapacityProviderStrategyItem, Tag } from "./ecs-shapes.ts";
import type { EcsState } from "./ecs-state.ts";
import { paginate, type PageRequest } from "./paginate.ts";
import { fargateProviders } from "./place-tasks.ts";
import { readTags } from "./tags.ts";

interface ClusterInput {
  readonly cluster?: string;
  readonly clusterName?: string;
  readonly tags?: readonly Tag[];
  readonly settings?: readonly object[];
  readonly configuration?: object;
  readonly capacityProviders?: readonly string[];
  readonly defaultCapacityProviderStrategy?: readonly CapacityProviderStrategyItem[];
}

const nameForm = /^[A-Za-z0-9_-]{1,255}$/;
const describeLimit = 100;
const everything = ["TAGS", "SETTINGS", "CONFIGURATIONS"];

function associate(
  cluster: ClusterRecord,
  providers: readonly string[],
  strategy: readonly CapacityProviderStrategyItem[],
): void {
  const unknown = providers.find((provider) => !fargateProviders.includes(provider));
  if (unknown !== undefined) throw invalidParameter(`The specified capacity provider '${unknown}' was not found.`);
  const foreign = strategy.find(({ capacityProvider }) => !providers.includes(capacityProvider));
  if (foreign) throw invalidParameter(`The capacity provider '${foreign.capacityProvider}' is not associated with the cluster.`);
  cluster.capacityProviders = providers;
  cluster.defaultStrategy = strategy.map((item) => ({ weight: 0, base: 0, ...item }));
}

function createCluster(state: EcsState, input: ClusterInput, call: AwsCall): object {
  const { clusterName = "default" } = input;
  const { clusters, place } = state.region(call);
  if (!nameForm.test(clusterName))
    throw invalidParameter("clusterName must be 1 to 255 letters, numbers, hyphens and underscores.");
  const known = clusters.get(clusterName);
  // To create what is there is no error, and changes nothing.
  if (known?.status === "ACTIVE") return { cluster: describeCluster(known, everything) };
  const cluster = newCluster(clusterIdentity(place, clusterName), readTags(input.tags));
  associate(cluster, input.capacityProviders ?? [], input.defaultCapacityProviderStrategy ?? []);
  configure(cluster, input);
  clusters.set(clusterName, cluster);
  return { cluster: describeCluster(cluster, everything) };
}

function configure(cluster: ClusterRecord, { settings, configuration }: ClusterInput): void {
  if (settings) cluster.settings = settings;
  if (configuration) cluster.configuration = configuration;
}

function updateCluster(state: EcsState, input: ClusterInput, call: AwsCall): object {
  const cluster = state.cluster(call, input.cluster);
  configure(cluster, input);
  return { cluster: describeCluster(cluster, everything) };
}

function putProviders(state: EcsState, input: ClusterInput, call: AwsCall): object {
  const cluster = state.cluster(call, input.cluster);
  associate(cluster, input.capacityProviders ?? [], input.defaultCapacityProviderStrategy ?? []);
  return { cluster: describeCluster(cluster, everything) };
}

function deleteCluster(state: EcsState, { cluster: name }: ClusterInput, call: AwsCall): object {
  const cluster = state.cluster(call, name);
  if ([...cluster.services.values()].some(({ status }) => status === "ACTIVE"))
    throw new ModelledError("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.");
  if ([...cluster.tasks.values()].some(({ stoppedAt }) => stoppedAt === undefined))
    throw new ModelledError("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.");
  cluster.status = "INACTIVE";
  cluster.tags.clear();
  return { cluster: describeCluster(cluster, everything) };
}

interface DescribeClustersInput {
  readonly clusters?: readonly string[];
  readonly include?: readonly string[];
}

function describeClusters(
  state: EcsState,
  { clusters: names = ["default"], include }: DescribeClustersInput,
  call: AwsCall,
): object {
  const { clusters, place } = state.region(call);
  if (names.length > describeLimit) throw invalidParameter(`Clusters cannot have more than ${describeLimit} entries.`);
  const found = names.map((name) => ({ name, cluster: clusters.get(idOf("cluster", name) ?? "") }));
  return {
    clusters: found.flatMap(({ cluster }) => (cluster ? [describeCluster(cluster, include)] : [])),
    failures: found.flatMap(({ name, cluster }) =>
      cluster ? [] : [{ arn: name.startsWith("arn:") ? name : ecsArn(place, "cluster", name), reason: "MISSING" }],
    ),
  };
}

function listClusters(state: EcsState, input: PageRequest, call: AwsCall): object {
  const clusters = [...state.region(call).clusters.values()].filter(({ status }) => status === "ACTIVE");
  const { page, ...rest } = paginate(clusters, input, { scope: "ListClusters", limit: 100, keyOf: ({ name }) => name });
  return { clusterArns: page.map(({ arn }) => arn), ...rest };
}

function describeProviders(state: EcsState, input: { readonly capacityProviders?: readonly string[] }, call: AwsCall): object {
  const names = input.capacityProviders?.length ? input.capacityProviders : fargateProviders;
  const { place } = state.region(call);
  const arnOf = (name: string): string => (name.startsWith("arn:") ? name : ecsArn(place, "capacity-provider", name));
  const known = (name: string): boolean => fargateProviders.includes(idOf("capacity-provider", name) ?? "");
  return {
    capacityProviders: names.filter(known).map((name) => {
      const id = idOf("capacity-provider", name) ?? "";
      return { capacityProviderArn: arnOf(name), name: id, status: "ACTIVE", tags: [], type: id };
    }),
    failures: names.filter((name) => !known(name)).map((name) => ({ arn: arnOf(name), reason: "MISSING" })),
  };
}

interface InstancesInput {
  readonly cluster?: string;
  readonly containerInstances?: readonly string[];
}

/** There are none of one's own here. */
function describeInstances(state: EcsState, { cluster: name, containerInstances = [] }: InstancesInput, call: AwsCall): object {
  const cluster = state.cluster(call, name);
  if (containerInstances.length === 0) throw clientError("Container instances cannot be empty.");
  const failures = containerInstances.map((one) => ({ arn: one, reason: "MISSING" }));
  return { containerInstances: [], failures: failures.map((one) => ({ ...one, detail: `not in ${cluster.name}` })) };
}

/** What can be asked of clusters, and of what they run tasks on. */
export const clusterOperations = (state: EcsState): Readonly<Record<string, AwsOperation>> => ({
  CreateCluster: async (input: ClusterInput, call) => createCluster(state, input, call),
  UpdateCluster: async (input: ClusterInput, call) => updateCluster(state, input, call),
  UpdateClusterSettings: async (input: ClusterInput, call) => updateCluster(state, input, call),
  PutClusterCapacityProviders: async (input: ClusterInput, call) => putProviders(state, input, call),
  DeleteCluster: async (input: ClusterInput, call) => deleteCluster(state, input, call),
  DescribeClusters: async (input: DescribeClustersInput, call) => describeClusters(state, input, call),
  ListClusters: async (input: PageRequest, call) => listClusters(state, input, call),
  DescribeCapacityProviders: async (input: object, call) => describeProviders(state, input, call),
  DescribeContainerInstances: async (input: InstancesInput, call) => describeInstances(state, input, call),
  ListContainerInstances: async (input: InstancesInput, call) => {
    state.cluster(call, input.cluster);
    return { containerInstanceArns: [] };
  },
});
