import type { protos } from "@google-cloud/run";
import type { Owner } from "@longshore/core";
import { annotation, label } from "./native-names.ts";
import { type CloudRunOrder, readSecret, sizeOf } from "./spec-problems.ts";

const sorted = <T>(entries: Readonly<Record<string, T>>): readonly (readonly [string, T])[] =>
  Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1));

function variables({ spec: { env = {}, secrets = {} } }: CloudRunOrder): protos.google.cloud.run.v2.IEnvVar[] {
  const references = sorted(secrets).flatMap(([name, use]) =>
    "backend" in use ? [{ name, valueSource: { secretKeyRef: readSecret(use.backend) } }] : [],
  );
  return [...sorted(env).map(([name, value]) => ({ name, value })), ...references];
}

/** As Docker means them: Cloud Run's `command` is the entrypoint, its `args` are the command. */
export function toContainer(order: CloudRunOrder): protos.google.cloud.run.v2.IContainer {
  const { entrypoint, command, image = "", workingDirectory, ports = [] } = order.spec;
  const size = sizeOf(order);
  return {
    image,
    ...(entrypoint !== undefined && { command: [...entrypoint] }),
    ...(command !== undefined && { args: [...command] }),
    env: variables(order),
    ...(workingDirectory !== undefined && { workingDir: workingDirectory }),
    ...(size !== undefined && { resources: { limits: { cpu: String(size.cpu), memory: `${size.mebibytes}Mi` } } }),
    ...(ports.length > 0 && { ports: ports.map(({ port }) => ({ containerPort: port })) }),
  };
}

/** Of jobs and services and of what they make alike, so that either is found by them. */
export const toLabels = ({ spec, options }: CloudRunOrder, owner: Owner): Record<string, string> => ({
  ...Object.fromEntries(sorted(options.labels ?? {})),
  [label.owner]: owner,
  [label.id]: spec.id,
  [label.kind]: spec.kind,
});
export const toAnnotations = ({ spec, specHash }: CloudRunOrder): Record<string, string> => ({
  [annotation.hash]: specHash,
  ...(Object.keys(spec.labels ?? {}).length > 0 && {
    [annotation.labels]: JSON.stringify(Object.fromEntries(sorted(spec.labels ?? {}))),
  }),
});

/** Of jobs, services and worker pools alike, beside their template. */
export const toStage = ({ options: { launchStage } }: CloudRunOrder): { readonly launchStage?: "BETA" | "ALPHA" } =>
  launchStage === undefined ? {} : { launchStage };

/** Network, key: what jobs, services and worker pools have alike. */
export function toPlacement({ options: { vpc, encryptionKey } }: CloudRunOrder): {
  readonly vpcAccess?: protos.google.cloud.run.v2.IVpcAccess;
  readonly encryptionKey?: string;
} {
  const egress = vpc?.egress === "all-traffic" ? "ALL_TRAFFIC" : "PRIVATE_RANGES_ONLY";
  const { connector, network, subnetwork, tags = [] } = vpc ?? {};
  const between = {
    ...(network !== undefined && { network }),
    ...(subnetwork !== undefined && { subnetwork }),
    ...(tags.length > 0 && { tags: [...tags] }),
  };
  return {
    ...(vpc !== undefined && {
      vpcAccess: { egress, ...(connector === undefined ? { networkInterfaces: [between] } : { connector }) },
    }),
    ...(encryptionKey !== undefined && { encryptionKey }),
  };
}
