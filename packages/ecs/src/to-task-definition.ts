import type { ContainerDefinition, HealthCheck, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { Owner, Readiness } from "@longshore/core";
import type { EcsConfig } from "./ecs-config.ts";
import { familyOf, label, mainContainer, serviceFamily, streamPrefix, tag } from "./native-names.ts";
import {
  architectureOf,
  type EcsOrder,
  graceSeconds,
  needsInit,
  probeEverySeconds,
  sizeOf,
  storageGib,
} from "./spec-problems.ts";

export type TaskDefinitionInput = RegisterTaskDefinitionCommandInput;

const sorted = (entries: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1));

/** In the container, with what nearly every image has. ECS counts three failures in a row (HealthCheck.retries). */
function toHealthCheck({ port, path, periodMs }: Readiness): HealthCheck {
  const probe =
    path === undefined ? `nc -z 127.0.0.1 ${port}` : `wget -q -O /dev/null 'http://127.0.0.1:${port}${encodeURI(path)}'`;
  return { command: ["CMD-SHELL", `${probe} || exit 1`], interval: probeEverySeconds(periodMs), timeout: 5, retries: 3 };
}

/** What is to be known of a workload after its task's tags are gone. */
const dockerLabels = ({ spec, specHash }: EcsOrder, owner: Owner): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(sorted(spec.labels ?? {})),
  [label.owner]: owner,
  [label.grace]: String(graceSeconds(spec) * 1000),
  ...(spec.kind === "task" && spec.timeoutMs !== undefined && { [label.timeout]: String(spec.timeoutMs) }),
  ...(spec.kind === "service" && { [label.hash]: specHash, [label.replicas]: String(spec.replicas ?? 1) }),
});

function toSecurity(order: EcsOrder): Partial<ContainerDefinition> {
  const { hardening = {}, user } = order.spec;
  const { drop = ["ALL"], add = [], readOnlyRoot } = hardening;
  return {
    ...(user !== undefined && { user }),
    ...(readOnlyRoot !== undefined && { readonlyRootFilesystem: readOnlyRoot }),
    linuxParameters: {
      capabilities: { ...(drop.length > 0 && { drop: [...drop] }), ...(add.length > 0 && { add: [...add] }) },
      ...(needsInit(order) && { initProcessEnabled: true }),
    },
  };
}
function toProgram({ spec }: EcsOrder): Partial<ContainerDefinition> {
  const { entrypoint, command, env = {}, secrets = {}, workingDirectory, tty, stdin, registryCredentials: registry } = spec;
  const references = Object.entries(secrets).flatMap(([name, use]) => ("backend" in use ? [[name, use.backend] as const] : []));
  return {
    ...(entrypoint !== undefined && { entryPoint: [...entrypoint] }),
    ...(command !== undefined && { command: [...command] }),
    environment: sorted(env).map(([name, value]) => ({ name, value })),
    secrets: sorted(Object.fromEntries(references)).map(([name, valueFrom]) => ({ name, valueFrom })),
    ...(workingDirectory !== undefined && { workingDirectory }),
    ...(tty === true && { pseudoTerminal: true }),
    ...(stdin === true && { interactive: true }),
    ...(registry !== undefined && "backend" in registry && { repositoryCredentials: { credentialsParameter: registry.backend } }),
  };
}
function toContainer(order: EcsOrder, owner: Owner, { region, logGroup = "/longshore" }: EcsConfig): ContainerDefinition {
  const { spec } = order;
  return {
    name: mainContainer,
    image: spec.image ?? "",
    essential: true,
    stopTimeout: graceSeconds(spec),
    ...toProgram(order),
    ...toSecurity(order),
    portMappings: (spec.ports ?? []).map(({ port, protocol = "tcp" }) => ({ containerPort: port, protocol })),
    dockerLabels: dockerLabels(order, owner),
    ...(spec.kind === "service" && spec.readiness !== undefined && { healthCheck: toHealthCheck(spec.readiness) }),
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": logGroup,
        "awslogs-region": region ?? "",
        "awslogs-stream-prefix": streamPrefix(owner, spec.kind === "service" ? spec.id : undefined),
        // Without it ECS drops lines of a program that is faster than CloudWatch, and tells nobody.
        mode: "blocking",
      },
    },
  };
}

/** Pure. A task's family is that of its content, whatever the id. */
export function toTaskDefinition(order: EcsOrder, owner: Owner, config: EcsConfig): TaskDefinitionInput {
  const { spec, options } = order;
  const { taskRole = config.taskRole, executionRole = config.executionRole } = spec.identity ?? {};
  const [size, storage, architecture] = [sizeOf(order), storageGib(order), architectureOf(spec)];
  const onInstances = config.launchType === "EC2";
  const content: Omit<TaskDefinitionInput, "family"> = {
    requiresCompatibilities: [onInstances ? "EC2" : "FARGATE"],
    networkMode: "awsvpc",
    cpu: String(size?.units ?? ""),
    memory: String(size?.mebibytes ?? ""),
    ...(storage !== undefined && { ephemeralStorage: { sizeInGiB: storage } }),
    ...(architecture !== undefined && { runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: architecture } }),
    executionRoleArn: executionRole,
    ...(taskRole !== undefined && { taskRoleArn: taskRole }),
    containerDefinitions: [toContainer(order, owner, config)],
    tags: [{ key: tag.owner, value: owner }, ...sorted(options.tags ?? {}).map(([key, value]) => ({ key, value }))],
  };
  const family = spec.kind === "service" ? serviceFamily(owner, spec.id) : familyOf(owner, JSON.stringify(content));
  return { family, ...content };
}
