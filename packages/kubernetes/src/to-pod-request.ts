import type { V1Pod, V1Secret } from "@kubernetes/client-node";
import type { Owner, WorkloadSpec } from "@longshore/core";
import { type Order, type Plan, treatFields } from "@longshore/core/driver";
import { fieldTable } from "./field-table.ts";
import type { KubernetesOptions } from "./kubernetes-config.ts";
import { podName, pullSecretName, secretName } from "./object-names.ts";
import { specAdjustments, specProblems } from "./spec-problems.ts";
import { bearing, toPodManifest } from "./to-pod-manifest.ts";

/** In the order in which they are sent. The Secret comes second, since it belongs to the pod and goes with it. */
export interface KubernetesRequest {
  readonly request: "create";
  readonly manifest: V1Pod | V1Secret;
}

/** Values stand in it by the keys that the host's resolver knows. */
function toSecretManifests(spec: WorkloadSpec, owner: Owner): readonly V1Secret[] {
  const name = podName(owner, spec.id);
  const labels = bearing(spec, owner);
  const resolved = Object.entries(spec.secrets ?? {}).flatMap(([key, use]) =>
    "resolve" in use ? [[key, use.resolve] as const] : [],
  );
  const { registryCredentials: registry } = spec;
  const values: V1Secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: secretName(name), labels },
    type: "Opaque",
    stringData: Object.fromEntries(resolved),
  };
  const pull: V1Secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: pullSecretName(name), labels },
    type: "kubernetes.io/dockerconfigjson",
    stringData: { ".dockerconfigjson": registry !== undefined && "resolve" in registry ? registry.resolve : "" },
  };
  return [...(resolved.length > 0 ? [values] : []), ...(registry !== undefined && "resolve" in registry ? [pull] : [])];
}

/** Pure: what `explain` prints and `start` sends. */
export function toPodRequest(order: Order<KubernetesOptions>, owner: Owner): Plan<KubernetesRequest> {
  if (order.spec.kind !== "task") {
    const message = "services are not supported yet; expected task";
    return { problems: [{ path: "kind", message }], adjustments: [], requests: [] };
  }
  const treated = treatFields(order.spec, fieldTable);
  const problems = [...treated.problems, ...specProblems(order)];
  const adjustments = [...treated.adjustments, ...specAdjustments(order)];
  if (problems.length > 0) return { problems, adjustments, requests: [] };
  const manifests = [toPodManifest(order, owner), ...toSecretManifests(order.spec, owner)];
  return { problems, adjustments, requests: manifests.map((manifest) => ({ request: "create", manifest })) };
}
