import type { V1Deployment, V1PodSpec, V1PodTemplateSpec, V1Probe, V1Service } from "./objects.ts";
import {
  defaultDrainMs,
  defaultReadinessPeriodMs,
  defaultReadinessTimeoutMs,
  defaultStopGraceMs,
  type Owner,
  type ServiceSpec,
} from "@longshore/core";
import type { Order } from "@longshore/core/driver";
import type { KubernetesOptions } from "./kubernetes-config.ts";
import { annotation, label, objectNames, type ObjectNames } from "./object-names.ts";
import { wholeSeconds } from "./spec-problems.ts";
import { bearing, toPodSpec } from "./to-pod-manifest.ts";

export interface ServiceOrder extends Order<KubernetesOptions> {
  readonly spec: ServiceSpec;
}
/** A probe's answer may take as long as Kubernetes gives it by default. */
const probeTimeoutSeconds = 1;

const drainOf = ({ drainMs = defaultDrainMs }: ServiceSpec): number => drainMs;
const selectorOf = (spec: ServiceSpec, owner: Owner): Readonly<Record<string, string>> => ({
  [label.owner]: owner,
  [label.id]: spec.id,
  [label.kind]: spec.kind,
});

function toProbe({ readiness }: ServiceSpec): { readonly readinessProbe?: V1Probe } {
  if (readiness === undefined) return {};
  const { port, path, periodMs = defaultReadinessPeriodMs } = readiness;
  const how = path === undefined ? { tcpSocket: { port } } : { httpGet: { port, path } };
  return {
    readinessProbe: { ...how, periodSeconds: wholeSeconds(periodMs), timeoutSeconds: probeTimeoutSeconds, failureThreshold: 1 },
  };
}
/** While it drains it is no longer ready; where the image has no `sleep` the polite signal comes at once. */
function toTemplateSpec(order: ServiceOrder, names: ObjectNames): V1PodSpec {
  const { spec } = order;
  const common = toPodSpec(order, names);
  const drain = wholeSeconds(drainOf(spec));
  const lifecycle = drain === 0 ? {} : { lifecycle: { preStop: { exec: { command: ["sleep", String(drain)] } } } };
  const [main, ...others] = common.containers;
  return {
    ...common,
    restartPolicy: "Always",
    // The drain is part of it as a kubelet counts.
    terminationGracePeriodSeconds: wholeSeconds(spec.stopGraceMs ?? defaultStopGraceMs) + drain,
    containers: main === undefined ? [] : [{ ...main, ...toProbe(spec), ...lifecycle }, ...others],
  };
}

function toTemplate(order: ServiceOrder, names: ObjectNames, owner: Owner): V1PodTemplateSpec {
  const { spec, specHash, options } = order;
  const annotations = { ...options.annotations, [annotation.hash]: specHash };
  return { metadata: { labels: bearing(spec, owner), annotations }, spec: toTemplateSpec(order, names) };
}

export function toDeployment(order: ServiceOrder, owner: Owner): V1Deployment {
  const { spec, specHash } = order;
  const names = objectNames(owner, spec, specHash);
  const { replicas = 1, update = "rolling", readiness } = spec;
  const readyMs = readiness?.timeoutMs ?? defaultReadinessTimeoutMs;
  // What is new is ready before what is old goes.
  const rolling = { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: names.name,
      labels: bearing(spec, owner),
      annotations: {
        [annotation.hash]: specHash,
        [annotation.replicas]: String(replicas),
        [annotation.graceMs]: String(spec.stopGraceMs ?? defaultStopGraceMs),
        [annotation.drainMs]: String(drainOf(spec)),
        [annotation.readyMs]: String(readyMs),
      },
    },
    spec: {
      replicas,
      selector: { matchLabels: selectorOf(spec, owner) },
      strategy: update === "rolling" ? rolling : { type: "Recreate" },
      revisionHistoryLimit: 1,
      template: toTemplate(order, names, owner),
    },
  };
}

/** One name and address for all instances, within the cluster. Undefined where the spec has no ports. */
export function toServiceObject({ spec, specHash }: ServiceOrder, owner: Owner): V1Service | undefined {
  const { ports = [] } = spec;
  if (ports.length === 0) return undefined;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: objectNames(owner, spec, specHash).name,
      labels: bearing(spec, owner),
      annotations: { [annotation.hash]: specHash },
    },
    spec: {
      type: "ClusterIP",
      selector: selectorOf(spec, owner),
      ports: ports.map(({ port, protocol = "tcp", publish = port }) => ({
        name: `${protocol}-${port}`,
        protocol: protocol.toUpperCase(),
        port: publish,
        targetPort: port,
      })),
    },
  };
}
