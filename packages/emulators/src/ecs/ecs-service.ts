import type { AwsOperation, AwsService } from "../aws/aws-service.ts";
import { describeProblems } from "../aws/validate-input.ts";
import { ModelledError } from "../aws/modelled-error.ts";
import { loadServiceModel } from "../aws/service-model.ts";
import { clusterOperations } from "./cluster-operations.ts";
import { invalidParameter } from "./ecs-errors.ts";
import { errorOf } from "./ecs-fault-kinds.ts";
import { ecsRates } from "./ecs-rates.ts";
import type { EcsState } from "./ecs-state.ts";
import { serviceDeploymentOperations } from "./service-deployment-operations.ts";
import { serviceOperations } from "./service-operations.ts";
import { settingOperations } from "./setting-operations.ts";
import { tagOperations } from "./tag-operations.ts";
import { taskDefinitionOperations } from "./task-definition-operations.ts";
import { taskOperations } from "./task-operations.ts";

/** With the fault `ecs:error`, which is as if the operation had failed before it did anything. */
const faulty =
  (operation: AwsOperation): AwsOperation =>
  async (input, call) => {
    const fault = errorOf(call.faults);
    if (fault) throw new ModelledError(fault.code, fault.message);
    return operation(input, call);
  };

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
    operations: Object.fromEntries(Object.entries(operations).map(([name, operation]) => [name, faulty(operation)])),
    refuse: (problems) => invalidParameter(describeProblems(problems)),
    rates: ecsRates,
  };
}
