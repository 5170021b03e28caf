import type { Owner, ServiceSpec } from "@longshore/core";
import { type FieldTable, type Order, type Plan, treatFields } from "@longshore/core/driver";
import { containerName, instanceName, label, revisionVolume, secretsFolder } from "./container-names.ts";
import type { DockerOptions } from "./docker-config.ts";
import { specAdjustments, specProblems } from "./spec-problems.ts";
import { type BodyOf, type ContainerBody, networksOf, toContainerBody } from "./to-container-body.ts";

/** Names are those of containers. Values of secrets and credentials stand in none of them. */
export type ContainerRequest =
  | {
      readonly request: "pull";
      readonly image: string;
      readonly policy: string;
      readonly platform?: string;
      readonly credentials?: string;
    }
  /** A service's spec, as the labels of a volume. */
  | { readonly request: "record"; readonly volume: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly request: "create"; readonly name: string; readonly platform?: string; readonly body: ContainerBody }
  | { readonly request: "connect"; readonly name: string; readonly network: string; readonly aliases: readonly string[] }
  | { readonly request: "write secrets"; readonly name: string; readonly folder: string; readonly secrets: readonly string[] }
  | { readonly request: "start"; readonly name: string };
type Requests = readonly ContainerRequest[];

/** In whose name, and where. */
export interface Bearer {
  readonly owner: Owner;
  /** The engine is this machine's. */
  readonly local: boolean;
}

const table: FieldTable = {
  image: "honoured",
  entrypoint: "honoured",
  command: "honoured",
  env: "honoured",
  secrets: "honoured",
  resources: "honoured",
  platform: "honoured",
  identity: { refuse: "Docker has no roles; expected no identity" },
  registryCredentials: "honoured",
  pullPolicy: "honoured",
  workingDirectory: "honoured",
  user: "honoured",
  init: "honoured",
  tty: "honoured",
  stdin: "honoured",
  hardening: "honoured",
  ports: "honoured",
  mounts: "honoured",
  labels: "honoured",
  options: "honoured",
  timeoutMs: "honoured",
  pendingTimeoutMs: "honoured",
  stopGraceMs: "honoured",
  interruptible: { noEffect: "an engine takes no capacity back" },
  replicas: "honoured",
  restart: "honoured",
  readiness: "honoured",
  update: "honoured",
  drainMs: "honoured",
};

function toPull({ spec }: Order<DockerOptions>): ContainerRequest {
  const { registryCredentials: source, pullPolicy: policy = "if-absent", image = "", platform } = spec;
  const credentials = source !== undefined && "resolve" in source ? { credentials: source.resolve } : {};
  return { request: "pull", image, policy, ...(platform !== undefined && { platform }), ...credentials };
}

/** One container: created, connected, given its secrets, started. */
function toContainer(of: BodyOf): Requests {
  const { spec, options } = of.order;
  const { name } = of;
  const secrets = Object.keys(spec.secrets ?? {});
  const [, ...others] = networksOf(options);
  const aliases = options.networkAliases ?? [];
  return [
    { request: "create", name, ...(spec.platform !== undefined && { platform: spec.platform }), body: toContainerBody(of) },
    ...others.map((network) => ({ request: "connect" as const, name, network, aliases })),
    ...(secrets.length > 0 ? [{ request: "write secrets" as const, name, folder: secretsFolder, secrets }] : []),
    { request: "start", name },
  ];
}

/** All instances of one revision of a service, each with its own requests. */
function toService(order: Order<DockerOptions>, of: Omit<BodyOf, "place">, revision: number): Requests {
  const spec = order.spec as ServiceSpec;
  const labels = {
    [label.owner]: of.owner,
    [label.id]: spec.id,
    [label.purpose]: "revision",
    [label.revision]: String(revision),
    [label.hash]: order.specHash,
    [label.spec]: JSON.stringify({ spec, resources: order.resources, options: order.options }),
  };
  const slots = Array.from({ length: spec.replicas ?? 1 }, (_, slot) => slot);
  return [
    { request: "record", volume: revisionVolume(of.name, revision), labels },
    ...slots.flatMap((slot) => toContainer({ ...of, name: instanceName(of.name, slot, revision), place: { slot, revision } })),
  ];
}

const publishedOn = ({ options }: Order<DockerOptions>, { local }: Bearer): string =>
  options.publishOn ?? (local ? "127.0.0.1" : "0.0.0.0");

/** Pure: what `explain` prints and `start` sends. An update sends the same under the number of its revision. */
export function toContainerRequest(order: Order<DockerOptions>, bearer: Bearer, revision = 1): Plan<ContainerRequest> {
  const { problems, adjustments } = treatFields(order.spec, table);
  const publishOn = publishedOn(order, bearer);
  const all = [...problems, ...specProblems(order)];
  const adjusted = [...adjustments, ...specAdjustments(order, publishOn)];
  if (all.length > 0) return { problems: all, adjustments: adjusted, requests: [] };
  const of = { order, owner: bearer.owner, name: containerName(bearer.owner, order.spec.id), publishOn };
  const requests = order.spec.kind === "service" ? toService(order, of, revision) : toContainer(of);
  return { problems: [], adjustments: adjusted, requests: [toPull(order), ...requests] };
}
