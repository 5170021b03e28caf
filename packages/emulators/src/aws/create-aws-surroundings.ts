import type { Clock } from "../clock.ts";
import type { Fault } from "../fault.ts";
import type { AwsService } from "./aws-service.ts";
import { createEc2Service } from "./ec2/ec2-service.ts";
import { NetworkInterfaces } from "./ec2/network-interfaces.ts";
import { createIamService } from "./iam/iam-service.ts";
import { LogStore } from "./logs/log-store.ts";
import { createLogsService } from "./logs/logs-service.ts";
import { SecretStore } from "./secrets-manager/secret-store.ts";
import { createSecretsManagerService } from "./secrets-manager/secrets-manager-service.ts";
import { ParameterStore } from "./ssm/parameter-store.ts";
import { createSsmService } from "./ssm/ssm-service.ts";
import { StoredSecretValues } from "./stored-secret-values.ts";
import { createStsService } from "./sts/sts-service.ts";

export interface AwsSurroundingsOptions {
  readonly clock: Clock;
  /** Asked for `logs:append` when containers' output arrives. Default: none. */
  readonly faults?: { next(operation: string): readonly Fault[] };
  /** Names of the roles that exist. Default: every one. */
  readonly roles?: readonly string[];
  /** Actions that IAM's simulation denies, such as `iam:PassRole`. Default: none. */
  readonly deniedActions?: readonly string[];
  /** Ids of the subnets that exist. Default: every well-formed one. */
  readonly subnets?: readonly string[];
  /** Ids of the security groups that exist. Default: every well-formed one. */
  readonly securityGroups?: readonly string[];
}

/** The services around one that runs containers, and what that one hands them and takes from them without a request. */
export interface AwsSurroundings {
  readonly services: readonly AwsService[];
  /** Where output goes. */
  readonly logs: LogStore;
  /** Where secrets come from. */
  readonly secretValues: StoredSecretValues;
  /** Where the network interfaces of tasks are told of. */
  readonly interfaces: NetworkInterfaces;
}

/** CloudWatch Logs, Secrets Manager, parameters, and the few calls of EC2, IAM and STS. */
export async function createAwsSurroundings(options: AwsSurroundingsOptions): Promise<AwsSurroundings> {
  const { clock, faults } = options;
  const logs = new LogStore({ clock, ...(faults && { faults }) });
  const [secrets, parameters, interfaces] = [new SecretStore(clock), new ParameterStore(clock), new NetworkInterfaces()];
  const services = await Promise.all([
    createLogsService(logs),
    createSecretsManagerService(secrets),
    createSsmService(parameters),
    createEc2Service({ ...options, interfaces }),
    createIamService(options),
    createStsService(),
  ]);
  return { services, logs, secretValues: new StoredSecretValues(secrets, parameters), interfaces };
}
