import type { AwsCall } from "../aws/aws-service.ts";
import { ModelledError } from "../aws/modelled-error.ts";
import type { ClusterRecord } from "./cluster-record.ts";
import { invalidParameter } from "./ecs-errors.ts";
import type { EcsState } from "./ecs-state.ts";
import { sessionTroubleOf } from "./session-trouble.ts";
import type { TaskRecord } from "./task-record.ts";

/** One message for either. */
const notEnabled =
  "The execute command failed because execute command was not enabled when the task was run or the execute command agent isn't running. Wait and try again or run a new task with execute command enabled and try again.";

export interface ExecuteCommandInput {
  readonly cluster?: string;
  readonly container?: string;
  readonly command: string;
  readonly interactive: boolean;
  readonly task: string;
}

interface Found {
  readonly task: TaskRecord | undefined;
  readonly cluster: ClusterRecord;
  readonly call: AwsCall;
}
interface ExecuteConfiguration {
  readonly executeCommandConfiguration?: { readonly kmsKeyId?: string };
}

/** Answers with a session, whose far end waits for whoever comes with its token. */
export function executeCommand(state: EcsState, input: ExecuteCommandInput, found: Found): object {
  const { task, cluster, call } = found;
  if (!task) throw invalidParameter("The referenced task was not found.");
  if (!input.interactive) throw invalidParameter("Interactive is the only mode supported currently.");
  if (!task.request.enableExecuteCommand) throw invalidParameter(notEnabled);
  const [only, ...more] = task.containers;
  if (input.container === undefined && more.length > 0) throw invalidParameter("The task has several containers: name one.");
  const container = task.containers.find(({ definition }) => definition.name === (input.container ?? only?.definition.name));
  if (!container) throw invalidParameter("The referenced container was not found in the task.");
  if (container.lastStatus !== "RUNNING" || !container.run)
    throw new ModelledError("TargetNotConnectedException", "The execute command failed because the container is not running.");
  const { kmsKeyId } = (cluster.configuration as ExecuteConfiguration | undefined)?.executeCommandConfiguration ?? {};
  const session = {
    run: container.run,
    command: input.command,
    trouble: sessionTroubleOf(call.faults),
    ...(kmsKeyId !== undefined && { kmsKeyId }),
  };
  return {
    clusterArn: task.cluster.arn,
    containerArn: container.arn,
    containerName: container.definition.name,
    interactive: true,
    taskArn: task.arn,
    session: state.sessions.open(session, call.origin),
  };
}
