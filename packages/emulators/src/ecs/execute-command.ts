import { randomBytes } from "node:crypto";
import { ModelledError } from "../aws/modelled-error.ts";
import { invalidParameter } from "./ecs-errors.ts";
import type { TaskRecord } from "./task-record.ts";

export interface ExecuteCommandInput {
  readonly cluster?: string;
  readonly container?: string;
  readonly command: string;
  readonly interactive: boolean;
  readonly task: string;
}

/** Answers with a session as ECS does. What would be typed and read goes over a service of its own, which is not served. */
export function executeCommand(
  find: (cluster: string | undefined, task: string) => TaskRecord | undefined,
  input: ExecuteCommandInput,
): object {
  const task = find(input.cluster, input.task);
  if (!task) throw invalidParameter("The referenced task was not found.");
  if (!input.interactive) throw invalidParameter("Interactive is the only mode supported currently.");
  if (!task.request.enableExecuteCommand)
    throw invalidParameter("The execute command failed because execute command was not enabled when the task was run.");
  const [only, ...more] = task.containers;
  if (input.container === undefined && more.length > 0) throw invalidParameter("The task has several containers: name one.");
  const container = task.containers.find(({ definition }) => definition.name === (input.container ?? only?.definition.name));
  if (!container) throw invalidParameter("The referenced container was not found in the task.");
  if (container.lastStatus !== "RUNNING")
    throw new ModelledError("TargetNotConnectedException", "The execute command failed because the container is not running.");
  const sessionId = `ecs-execute-command-${randomBytes(9).toString("hex").slice(0, 17)}`;
  const { region, account } = task.cluster.place;
  return {
    clusterArn: task.cluster.arn,
    containerArn: container.arn,
    containerName: container.definition.name,
    interactive: true,
    taskArn: task.arn,
    session: {
      sessionId,
      streamUrl: `wss://ssmmessages.${region}.amazonaws.com/v1/data-channel/${sessionId}?role=publish_subscribe&account=${account}`,
      tokenValue: randomBytes(32).toString("base64"),
    },
  };
}
