import { AwsCloud } from "./aws/aws-cloud.ts";
import { awsFaultKinds } from "./aws/aws-fault-kinds.ts";
import type { AwsService } from "./aws/aws-service.ts";
import { createEc2Service } from "./aws/ec2/ec2-service.ts";
import { NetworkInterfaces } from "./aws/ec2/network-interfaces.ts";
import { createIamService } from "./aws/iam/iam-service.ts";
import { LogStore } from "./aws/logs/log-store.ts";
import { logsFaultKinds } from "./aws/logs/logs-fault-kinds.ts";
import { createLogsService } from "./aws/logs/logs-service.ts";
import { SecretStore } from "./aws/secrets-manager/secret-store.ts";
import { createSecretsManagerService } from "./aws/secrets-manager/secrets-manager-service.ts";
import { ParameterStore } from "./aws/ssm/parameter-store.ts";
import { createSsmService } from "./aws/ssm/ssm-service.ts";
import { StoredSecretValues } from "./aws/stored-secret-values.ts";
import { createStsService } from "./aws/sts/sts-service.ts";
import { chooseEngine } from "./choose-engine.ts";
import { ControlEndpoint } from "./control-endpoint.ts";
import type { EcsEmulatorOptions } from "./ecs-emulator-options.ts";
import { quickDelays, realisticDelays } from "./ecs/ecs-delays.ts";
import { ecsFaultKinds } from "./ecs/ecs-fault-kinds.ts";
import { ecsService } from "./ecs/ecs-service.ts";
import { EcsState } from "./ecs/ecs-state.ts";
import { EmulatorServer } from "./emulator-server.ts";
import type { Engine } from "./engine.ts";
import { Faults } from "./faults.ts";
import { Journal } from "./journal.ts";
import { readFaultRules, wireFaultKinds } from "./read-fault-rule.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** An emulator that is running. */
export interface EcsEmulator extends AsyncDisposable {
  /** The endpoint of every client, such as `http://127.0.0.1:4510`. */
  readonly url: string;
  readonly engine: "docker" | "process";
  readonly faults: Faults;
  readonly journal: Journal;
  readonly clock: VirtualClock;
  /** Sets a secret by what a task definition refers to. @throws TypeError where that is an ARN of something else. */
  seedSecret(reference: string, value: string): void;
  /** Answers nobody any more, and ends every container. Disposing it does the same. */
  close(): Promise<void>;
}

interface Parts {
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly engine: Engine;
}

interface Backend {
  readonly state: EcsState;
  readonly services: readonly AwsService[];
  readonly secrets: StoredSecretValues;
}

/** What stands behind the port: ECS, and what it and its callers need of other services. */
async function buildBackend(options: EcsEmulatorOptions, { clock, faults, engine }: Parts): Promise<Backend> {
  const { realistic = false, delays, networkImage = "busybox:1.35", quotas = realistic } = options;
  const logs = new LogStore({ clock, faults });
  const [secretStore, parameters, interfaces] = [new SecretStore(clock), new ParameterStore(clock), new NetworkInterfaces()];
  const secrets = new StoredSecretValues(secretStore, parameters);
  const pace = { ...(realistic ? realisticDelays : quickDelays), ...delays };
  const world = { clock, engine, delays: pace, logs, secrets, interfaces, networkImage };
  const state = new EcsState({ world, faults, quotas });
  const { subnets, securityGroups, roles } = options;
  const services = await Promise.all([
    ecsService(state),
    createLogsService(logs),
    createEc2Service({ interfaces, ...(subnets && { subnets }), ...(securityGroups && { securityGroups }) }),
    createIamService({ ...(roles && { roles }) }),
    createSecretsManagerService(secretStore),
    createSsmService(parameters),
    createStsService(),
  ]);
  return { state, services, secrets };
}

/** The faults that this emulator knows. */
const faultKinds = { ...wireFaultKinds, ...awsFaultKinds, ...ecsFaultKinds, ...logsFaultKinds };

/**
 * Starts ECS, CloudWatch Logs and the few calls of EC2, IAM, Secrets Manager, SSM and STS that go with them, on one port.
 * @throws TypeError for a fault that it does not know; an Error where the port is taken, or a Docker engine is asked for and
 *   none answers. Then nothing is left of it.
 */
export async function startEcsEmulator(options: EcsEmulatorOptions = {}): Promise<EcsEmulator> {
  const { account = "123456789012", region = "us-east-1", quotas = options.realistic ?? false } = options;
  const clock = new VirtualClock({ speed: options.speed ?? 1 });
  const faults = new Faults(options.seed, readFaultRules(options.faults ?? [], faultKinds));
  const journal = new Journal(options.journal);
  const { missingImages } = options;
  const engine = await chooseEngine({
    clock,
    ...(options.engine && { kind: options.engine }),
    ...(missingImages && { missingImages }),
  });
  const { state, services, secrets } = await buildBackend(options, { clock, faults, engine });
  const seedSecret = (reference: string, value: string): void => secrets.seed(reference, value, { account, region });
  for (const [reference, value] of Object.entries(options.secrets ?? {})) seedSecret(reference, value);
  const cloud = new AwsCloud({ services, clock, account, quotas });
  const about = { cloud: "ecs", engine: engine.kind };
  const control = new ControlEndpoint({ clock, faults, faultKinds, journal, about, seedSecret });
  const server = new EmulatorServer({ cloud, control, clock, faults, journal });
  let closed: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    state.close();
    await server.close();
    await cloud.close();
    await engine[Symbol.asyncDispose]();
    clock.close();
  };
  const close = (): Promise<void> => (closed ??= end());
  const url = await server.listen(options.port).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { url, engine: engine.kind, faults, journal, clock, seedSecret, close, [Symbol.asyncDispose]: close };
}
