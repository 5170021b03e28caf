import type { AwsService } from "../aws/aws-service.ts";
import { describeProblems } from "../aws/validate-input.ts";
import { loadServiceModel } from "../aws/service-model.ts";
import { clusterOperations } from "./cluster-operations.ts";
import { invalidParameter } from "./ecs-errors.ts";
import { ecsRates } from "./ecs-rates.ts";
import type { EcsState } from "./ecs-state.ts";
import { serviceDeploymentOperations } from "./service-deployment-operations.ts";
import { serviceOperations } from "./service-operations.ts";
import { settingOperations } from "./setting-operations.ts";
import { tagOperations } from "./tag-operations.ts";
import { taskDefinitionOperations } from "./task-definition-operations.ts";
import { taskOperations } from "./task-operations.ts";

/** ECS on Fargate: clusters, task definitions, tasks and services, which are really run. */
export async function ecsService(state: EcsState): Promise<AwsService> {
  const operations = {
    ...clusterOperations(state),
    ...taskDefinitionOperations(state),
    ...taskOperations(state),
    ...serviceOperations(state),
    ...serviceDeploymentOperations(state),
    ...tagOperations(state),
    ...settingOperations(state),
  };
  return {
    name: "ecs",
    model: await loadServiceModel("ecs"),
    operations,
    refuse: (problems) => invalidParameter(describeProblems(problems)),
    rates: ecsRates,
  };
}
