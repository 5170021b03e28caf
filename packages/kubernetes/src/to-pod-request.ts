import type { V1Deployment, V1Pod, V1Secret, V1Service } from "./objects.ts";
import type { Owner, WorkloadSpec } from "@longshore/core";
import { type Order, type Plan, treatFields } from "@longshore/core/driver";
import { fieldTable } from "./field-table.ts";
import type { KubernetesOptions } from "./kubernetes-config.ts";
import { objectNames } from "./object-names.ts";
import { specAdjustments, specProblems } from "./spec-problems.ts";
import { bearing, toPodManifest } from "./to-pod-manifest.ts";
import { type ServiceOrder, toDeployment, toServiceObject } from "./to-service-manifests.ts";

export type Manifest = V1Pod | V1Secret | V1Deployment | V1Service;
/** In the order in which they are sent: Secrets come after what they belong to and go with. */
export interface KubernetesRequest {
  readonly request: "create";
  readonly manifest: Manifest;
}

/** Values stand in it by the keys that the host's resolver knows. */
function toSecrets({ spec, specHash }: Order, owner: Owner): readonly V1Secret[] {
  const { secret, pullSecret } = objectNames(owner, spec, specHash);
  const labels = bearing(spec, owner);
  const resolved = Object.entries(spec.secrets ?? {}).flatMap(([key, use]) =>
    "resolve" in use ? [[key, use.resolve] as const] : [],
  );
  const { registryCredentials: registry } = spec;
  const make = (name: string, type: string, stringData: Readonly<Record<string, string>>): V1Secret => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, labels },
    type,
    stringData,
  });
  return [
    ...(resolved.length > 0 ? [make(secret, "Opaque", Object.fromEntries(resolved))] : []),
    ...(registry !== undefined && "resolve" in registry
      ? [make(pullSecret, "kubernetes.io/dockerconfigjson", { ".dockerconfigjson": registry.resolve })]
      : []),
  ];
}

const isService = (order: Order<KubernetesOptions>): order is ServiceOrder => order.spec.kind === "service";
function toManifests(order: Order<KubernetesOptions>, owner: Owner): readonly Manifest[] {
  const secrets = toSecrets(order, owner);
  if (!isService(order)) return [toPodManifest(order, owner), ...secrets];
  const service = toServiceObject(order, owner);
  return [toDeployment(order, owner), ...secrets, ...(service === undefined ? [] : [service])];
}

/** Pure: what `explain` prints and `start` sends. */
export function toPodRequest(order: Order<KubernetesOptions>, owner: Owner): Plan<KubernetesRequest> {
  const spec: WorkloadSpec = order.spec;
  const treated = treatFields(spec, fieldTable);
  const problems = [...treated.problems, ...specProblems(order)];
  const adjustments = [...treated.adjustments, ...specAdjustments(order)];
  if (problems.length > 0) return { problems, adjustments, requests: [] };
  return { problems, adjustments, requests: toManifests(order, owner).map((manifest) => ({ request: "create", manifest })) };
}
