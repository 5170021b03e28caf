/** What ECS reads of the requests. Members that it only keeps and gives back are not listed. */
export interface Tag {
  readonly key?: string;
  readonly value?: string;
}

export interface NameAndValue {
  readonly name?: string;
  readonly value?: string;
}

export interface SecretReference {
  readonly name: string;
  readonly valueFrom: string;
}

export interface LogConfiguration {
  readonly logDriver: string;
  readonly options?: Readonly<Record<string, string>>;
  readonly secretOptions?: readonly SecretReference[];
}

export interface HealthCheckDefinition {
  readonly command: readonly string[];
  readonly interval?: number;
  readonly timeout?: number;
  readonly retries?: number;
  readonly startPeriod?: number;
}

export interface ContainerDependency {
  readonly containerName: string;
  readonly condition: "START" | "COMPLETE" | "SUCCESS" | "HEALTHY";
}

export interface PortMapping {
  readonly containerPort?: number;
  readonly hostPort?: number;
  readonly protocol?: string;
}

export interface LinuxParameters {
  readonly capabilities?: { readonly add?: readonly string[]; readonly drop?: readonly string[] };
  readonly devices?: readonly unknown[];
  readonly initProcessEnabled?: boolean;
  readonly sharedMemorySize?: number;
  readonly maxSwap?: number;
}

export interface ContainerDefinition {
  readonly name?: string;
  readonly image?: string;
  readonly cpu?: number;
  readonly memory?: number;
  readonly memoryReservation?: number;
  readonly essential?: boolean;
  readonly entryPoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: readonly NameAndValue[];
  readonly environmentFiles?: readonly unknown[];
  readonly secrets?: readonly SecretReference[];
  readonly dependsOn?: readonly ContainerDependency[];
  readonly links?: readonly string[];
  readonly startTimeout?: number;
  readonly stopTimeout?: number;
  readonly user?: string;
  readonly workingDirectory?: string;
  readonly privileged?: boolean;
  readonly readonlyRootFilesystem?: boolean;
  readonly interactive?: boolean;
  readonly pseudoTerminal?: boolean;
  readonly dockerSecurityOptions?: readonly string[];
  readonly linuxParameters?: LinuxParameters;
  readonly ulimits?: readonly { readonly name: string; readonly softLimit: number; readonly hardLimit: number }[];
  readonly restartPolicy?: { readonly enabled: boolean };
  readonly portMappings?: readonly PortMapping[];
  readonly logConfiguration?: LogConfiguration;
  readonly healthCheck?: HealthCheckDefinition;
  readonly mountPoints?: readonly unknown[];
  readonly volumesFrom?: readonly unknown[];
}

export interface RegisterTaskDefinitionInput {
  readonly family: string;
  readonly containerDefinitions: readonly ContainerDefinition[];
  readonly taskRoleArn?: string;
  readonly executionRoleArn?: string;
  readonly networkMode?: string;
  readonly volumes?: readonly object[];
  readonly placementConstraints?: readonly object[];
  readonly requiresCompatibilities?: readonly string[];
  readonly cpu?: string;
  readonly memory?: string;
  readonly tags?: readonly Tag[];
  readonly ephemeralStorage?: { readonly sizeInGiB: number };
  readonly runtimePlatform?: { readonly cpuArchitecture?: string; readonly operatingSystemFamily?: string };
}

export interface NetworkConfiguration {
  readonly awsvpcConfiguration?: {
    readonly subnets: readonly string[];
    readonly securityGroups?: readonly string[];
    readonly assignPublicIp?: "ENABLED" | "DISABLED";
  };
}

export interface CapacityProviderStrategyItem {
  readonly capacityProvider: string;
  readonly weight?: number;
  readonly base?: number;
}

export interface ContainerOverride {
  readonly name?: string;
  readonly command?: readonly string[];
  readonly environment?: readonly NameAndValue[];
  readonly cpu?: number;
  readonly memory?: number;
  readonly memoryReservation?: number;
}

export interface TaskOverride {
  readonly containerOverrides?: readonly ContainerOverride[];
  readonly cpu?: string;
  readonly memory?: string;
  readonly executionRoleArn?: string;
  readonly taskRoleArn?: string;
  readonly ephemeralStorage?: { readonly sizeInGiB: number };
}

/** What RunTask and a service have in common: how a task is to be launched. */
export interface LaunchInput {
  readonly taskDefinition: string;
  readonly launchType?: string;
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[];
  readonly platformVersion?: string;
  readonly networkConfiguration?: NetworkConfiguration;
  readonly enableExecuteCommand?: boolean;
  readonly enableECSManagedTags?: boolean;
  readonly propagateTags?: "TASK_DEFINITION" | "SERVICE" | "NONE";
  readonly tags?: readonly Tag[];
}

export interface RunTaskInput extends LaunchInput {
  readonly cluster?: string;
  readonly count?: number;
  readonly group?: string;
  readonly overrides?: TaskOverride;
  readonly startedBy?: string;
  readonly clientToken?: string;
}

export interface DeploymentConfiguration {
  readonly deploymentCircuitBreaker?: {
    readonly enable: boolean;
    readonly rollback: boolean;
    readonly resetOnHealthyTask?: boolean;
    readonly thresholdConfiguration?: {
      readonly type: "COUNT" | "BOUNDED_PERCENT" | "UNBOUNDED_PERCENT";
      readonly value: number;
    };
  };
  readonly maximumPercent?: number;
  readonly minimumHealthyPercent?: number;
  readonly strategy?: string;
}

/** What create and update of a service have in common. */
export interface ServiceInput {
  readonly cluster?: string;
  readonly desiredCount?: number;
  readonly taskDefinition?: string;
  readonly launchType?: string;
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[];
  readonly deploymentConfiguration?: DeploymentConfiguration;
  readonly networkConfiguration?: NetworkConfiguration;
  readonly platformVersion?: string;
  readonly healthCheckGracePeriodSeconds?: number;
  readonly deploymentController?: { readonly type: string };
  readonly enableExecuteCommand?: boolean;
  readonly enableECSManagedTags?: boolean;
  readonly propagateTags?: "TASK_DEFINITION" | "SERVICE" | "NONE";
  readonly loadBalancers?: readonly object[];
  readonly serviceRegistries?: readonly object[];
  readonly placementConstraints?: readonly object[];
  readonly placementStrategy?: readonly object[];
  readonly availabilityZoneRebalancing?: string;
}

export interface CreateServiceInput extends ServiceInput {
  readonly serviceName: string;
  readonly clientToken?: string;
  readonly schedulingStrategy?: string;
  readonly role?: string;
  readonly tags?: readonly Tag[];
}

export interface UpdateServiceInput extends ServiceInput {
  readonly service: string;
  readonly forceNewDeployment?: boolean;
}
