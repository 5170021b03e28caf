import type { V1Container, V1EnvVar, V1Pod, V1PodSpec, V1ResourceRequirements, V1Volume, V1VolumeMount } from "./objects.ts";
import { defaultStopGraceMs, type Owner, type Resources, type WorkloadSpec } from "@longshore/core";
import type { Order } from "@longshore/core/driver";
import type { KubernetesOptions, Sidecar } from "./kubernetes-config.ts";
import { annotation, label, mainContainer, objectNames, type ObjectNames, secretsFolder } from "./object-names.ts";
import { readSecretReference, readUser, wholeSeconds } from "./spec-problems.ts";

type Plain = Readonly<Record<string, string>>;
const pullPolicies = { always: "Always", "if-absent": "IfNotPresent", never: "Never" } as const;
/** Readable by the program's group, which is the one that a volume's files are given. */
const secretMode = 0o440;

/** Where each secret is to be had: in a Secret of ours, or in one that was there before. */
function secretPlaces(
  spec: WorkloadSpec,
  { secret: ours }: ObjectNames,
): readonly { readonly variable: string; readonly as: "env" | "file"; readonly secret: string; readonly key: string }[] {
  return Object.entries(spec.secrets ?? {}).map(([variable, use]) => {
    const [secret, key] = ("backend" in use ? readSecretReference(use.backend) : undefined) ?? [ours, variable];
    return { variable, as: use.as, secret, key };
  });
}

function toEnv(spec: WorkloadSpec, names: ObjectNames): V1EnvVar[] {
  const secrets = secretPlaces(spec, names).map(({ variable, as, secret, key }) =>
    as === "file"
      ? { name: `${variable}_FILE`, value: `${secretsFolder}/${variable}` }
      : { name: variable, valueFrom: { secretKeyRef: { name: secret, key } } },
  );
  const plain = Object.entries(spec.env ?? {}).map(([key, value]) => ({ name: key, value: literally(value) }));
  return [...plain, ...secrets];
}
/** Kubernetes replaces `$(NAME)` in values and arguments, and makes one dollar of two. */
const literally = (text: string): string => text.replaceAll(/\$(?=[$(])/g, "$$$$");

function toVolumes(
  spec: WorkloadSpec,
  names: ObjectNames,
): { readonly volumes: V1Volume[]; readonly volumeMounts: V1VolumeMount[] } {
  const claims = [...new Set((spec.mounts ?? []).map(({ volume }) => volume))];
  const volumes: V1Volume[] = claims.map((claimName, index) => ({
    name: `claim-${index}`,
    persistentVolumeClaim: { claimName },
  }));
  const volumeMounts: V1VolumeMount[] = (spec.mounts ?? []).map(({ volume, path, readOnly = false }) => ({
    name: `claim-${claims.indexOf(volume)}`,
    mountPath: path,
    readOnly,
  }));
  const files = secretPlaces(spec, names).filter(({ as }) => as === "file");
  if (files.length === 0) return { volumes, volumeMounts };
  const sources = files.map(({ variable, secret, key }) => ({ secret: { name: secret, items: [{ key, path: variable }] } }));
  return {
    volumes: [...volumes, { name: "secrets", projected: { defaultMode: secretMode, sources } }],
    volumeMounts: [...volumeMounts, { name: "secrets", mountPath: secretsFolder, readOnly: true }],
  };
}

/** What is asked for is what there is: the scheduler counts with it, and the node enforces it. */
function toResources({ cpu, memory, ephemeralStorage, gpu }: Resources): V1ResourceRequirements {
  const amounts: Plain = {
    ...(cpu !== undefined && { cpu: `${cpu}m` }),
    ...(memory !== undefined && { memory: `${memory}Mi` }),
    ...(ephemeralStorage !== undefined && { "ephemeral-storage": `${ephemeralStorage}Mi` }),
    ...(gpu !== undefined && { "nvidia.com/gpu": String(gpu) }),
  };
  return { requests: amounts, limits: amounts };
}

/** Meets the `restricted` level (kubernetes.io/docs/concepts/security/pod-security-standards) unless the spec says otherwise. */
function toContainer(
  { spec, resources }: Order<KubernetesOptions>,
  names: ObjectNames,
  volumeMounts: V1VolumeMount[],
): V1Container {
  const { drop = ["ALL"], add = [], noNewPrivileges = true, readOnlyRoot = false } = spec.hardening ?? {};
  const { entrypoint, command, workingDirectory, ports = [], tty, stdin } = spec;
  return {
    name: mainContainer,
    image: spec.image ?? "",
    imagePullPolicy: pullPolicies[spec.pullPolicy ?? "if-absent"],
    ...(entrypoint !== undefined && { command: entrypoint.map(literally) }),
    ...(command !== undefined && { args: command.map(literally) }),
    ...(workingDirectory !== undefined && { workingDir: workingDirectory }),
    ...((tty === true || stdin === true) && { stdin: true }),
    ...(tty === true && { tty }),
    env: toEnv(spec, names),
    ports: ports.map(({ port, protocol = "tcp" }) => ({ containerPort: port, protocol: protocol.toUpperCase() })),
    resources: toResources(resources),
    volumeMounts,
    securityContext: {
      allowPrivilegeEscalation: !noNewPrivileges,
      privileged: false,
      readOnlyRootFilesystem: readOnlyRoot,
      capabilities: { drop: [...drop], ...(add.length > 0 && { add: [...add] }) },
    },
  };
}

/** As hardened as the program itself. */
function toSidecar({ name, image, command, args, env = {} }: Sidecar): V1Container {
  return {
    name,
    image,
    ...(command !== undefined && { command: command.map(literally) }),
    ...(args !== undefined && { args: args.map(literally) }),
    env: Object.entries(env).map(([key, value]) => ({ name: key, value: literally(value) })),
    securityContext: { allowPrivilegeEscalation: false, privileged: false, capabilities: { drop: ["ALL"] } },
  };
}

function toNodeSelector({ platform }: WorkloadSpec, asked: Plain = {}): Plain {
  const [os, architecture] = platform?.split("/") ?? [];
  if (os === undefined || architecture === undefined) return asked;
  return { "kubernetes.io/os": os, "kubernetes.io/arch": architecture, ...asked };
}

/** What tasks and services have in common. */
export function toPodSpec(order: Order<KubernetesOptions>, names: ObjectNames): V1PodSpec {
  const { spec, options } = order;
  const { volumes, volumeMounts } = toVolumes(spec, names);
  const { uid, gid } = readUser(spec.user) ?? { uid: 0 };
  const group = gid ?? uid;
  const { registryCredentials: source, identity } = spec;
  const nodeSelector = toNodeSelector(spec, options.nodeSelector);
  return {
    terminationGracePeriodSeconds: wholeSeconds(spec.stopGraceMs ?? defaultStopGraceMs),
    // A token of the API is for those who asked for a role.
    automountServiceAccountToken: identity?.taskRole !== undefined,
    enableServiceLinks: false,
    securityContext: {
      runAsUser: uid,
      runAsGroup: group,
      runAsNonRoot: uid !== 0,
      ...(volumes.length > 0 && { fsGroup: group }),
      seccompProfile: { type: "RuntimeDefault" },
    },
    ...(spec.init === true && { shareProcessNamespace: true }),
    ...(identity?.taskRole !== undefined && { serviceAccountName: identity.taskRole }),
    ...(source !== undefined && { imagePullSecrets: [{ name: "backend" in source ? source.backend : names.pullSecret }] }),
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(options.tolerations !== undefined && { tolerations: [...options.tolerations] }),
    ...(options.affinity !== undefined && { affinity: options.affinity }),
    ...(options.priorityClass !== undefined && { priorityClassName: options.priorityClass }),
    ...(options.runtimeClass !== undefined && { runtimeClassName: options.runtimeClass }),
    containers: [toContainer(order, names, volumeMounts), ...(options.sidecars ?? []).map(toSidecar)],
    volumes,
  };
}

/** By which everything of a workload is found. */
export const bearing = (spec: WorkloadSpec, owner: Owner): Plain => ({
  ...spec.labels,
  [label.owner]: owner,
  [label.id]: spec.id,
  [label.kind]: spec.kind,
});

/** A task is a pod: its name is the claim, so that a second creation is refused, and nothing makes another one of it. */
export function toPodManifest(order: Order<KubernetesOptions>, owner: Owner): V1Pod {
  const { spec, specHash, options } = order;
  const names = objectNames(owner, spec, specHash);
  const timeoutMs = spec.kind === "task" ? spec.timeoutMs : undefined;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: names.name,
      labels: bearing(spec, owner),
      annotations: {
        ...options.annotations,
        [annotation.hash]: specHash,
        [annotation.graceMs]: String(spec.stopGraceMs ?? defaultStopGraceMs),
      },
    },
    spec: {
      ...toPodSpec(order, names),
      restartPolicy: "Never",
      ...(timeoutMs !== undefined && { activeDeadlineSeconds: wholeSeconds(timeoutMs) }),
    },
  };
}
