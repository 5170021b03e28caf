import { AwsCloud } from "./aws/aws-cloud.ts";
import { createEc2Service } from "./aws/ec2/ec2-service.ts";
import { NetworkInterfaces } from "./aws/ec2/network-interfaces.ts";
import { createIamService } from "./aws/iam/iam-service.ts";
import { LogStore } from "./aws/logs/log-store.ts";
import { createLogsService } from "./aws/logs/logs-service.ts";
import { SecretStore } from "./aws/secrets-manager/secret-store.ts";
import { createSecretsManagerService } from "./aws/secrets-manager/secrets-manager-service.ts";
import { ParameterStore } from "./aws/ssm/parameter-store.ts";
import { createSsmService } from "./aws/ssm/ssm-service.ts";
import { StoredSecretValues } from "./aws/stored-secret-values.ts";
import { createStsService } from "./aws/sts/sts-service.ts";
import type { Cloud } from "./cloud.ts";
import type { EcsEmulatorOptions } from "./ecs-emulator-options.ts";
import { quickDelays, realisticDelays } from "./ecs/ecs-delays.ts";
import { ecsService } from "./ecs/ecs-service.ts";
import { EcsState } from "./ecs/ecs-state.ts";
import type { Engine } from "./engine.ts";
import type { Faults } from "./faults.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface EcsParts {
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly engine: Engine;
}

export interface EcsBackend {
  readonly cloud: Cloud;
  /** Sets a secret by what a task definition refers to. @throws TypeError where that is an ARN of something else. */
  readonly seedSecret: (reference: string, value: string) => void;
  /** Starts nothing any more; what runs is left to the engine. */
  readonly close: () => Promise<void>;
}

/** What stands behind the port: ECS, and what it and its callers need of other services. */
export async function buildEcsBackend(options: EcsEmulatorOptions, { clock, faults, engine }: EcsParts): Promise<EcsBackend> {
  const { realistic = false, delays, networkImage = "busybox:1.35", quotas = realistic } = options;
  const { account = "123456789012", region = "us-east-1", subnets, securityGroups, roles, deniedActions } = options;
  const logs = new LogStore({ clock, faults });
  const [secretStore, parameters, interfaces] = [new SecretStore(clock), new ParameterStore(clock), new NetworkInterfaces()];
  const secrets = new StoredSecretValues(secretStore, parameters);
  const pace = { ...(realistic ? realisticDelays : quickDelays), ...delays };
  const world = { clock, engine, delays: pace, logs, secrets, interfaces, networkImage };
  const existing = { ...(subnets && { subnets }), ...(securityGroups && { securityGroups }), ...(roles && { roles }) };
  const state = new EcsState({ world, faults, quotas, existing });
  const services = await Promise.all([
    ecsService(state),
    createLogsService(logs),
    createEc2Service({ interfaces, ...existing }),
    createIamService({ ...existing, ...(deniedActions && { deniedActions }) }),
    createSecretsManagerService(secretStore),
    createSsmService(parameters),
    createStsService(),
  ]);
  const cloud = new AwsCloud({ services, clock, account, quotas, accept: ({ url }) => state.sessions.accept(url) });
  const close = async (): Promise<void> => {
    state.close();
    await cloud.close();
  };
  return { cloud, seedSecret: (reference, value) => secrets.seed(reference, value, { account, region }), close };
}
