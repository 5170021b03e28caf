import { ExecuteCommandCommand, type ManagedAgent, type Session, type Task as EcsTask } from "@aws-sdk/client-ecs";
import { type ExecEnd, type ExecRequest, LongshoreError, type OutputChunk } from "@longshore/core";
import { type Call, sleep } from "@longshore/core/driver";
import { converseWithScript, toCommandLine } from "@longshore/core/sessions";
import { errorName } from "./classify-ecs-error.ts";
import { DataChannel } from "./data-channel.ts";
import type { EcsParts } from "./ecs-parts.ts";
import { findRunning } from "./find-instance.ts";
import { mainOf } from "./map-task-state.ts";
import { mainContainer } from "./native-names.ts";
import { pollMsOf } from "./until-over.ts";

type ExecEvents = AsyncGenerator<OutputChunk | ExecEnd, void, void>;
/** The agent is begun with the container, and is there some seconds later. */
const agentLimitMs = 60_000;
const needs = "it needs a task role with the rights of ssmmessages, a way to that service, and a root that can be written to";

const refuse = (code: "conflict" | "unsupported" | "unavailable", message: string): LongshoreError =>
  new LongshoreError(message, { code, operation: "exec", retryable: false });
const agentOf = (task: EcsTask | undefined): ManagedAgent | undefined =>
  mainOf(task)?.managedAgents?.find(({ name }) => name === "ExecuteCommandAgent");

/** Throws where there is none, or it does not come. */
async function awaitAgent(parts: EcsParts, task: EcsTask, signal: AbortSignal): Promise<void> {
  if (task.enableExecuteCommand !== true) {
    throw refuse("conflict", "it was started without options.ecs.executeCommand; expected it to be true in the spec");
  }
  const latest = performance.now() + agentLimitMs;
  for (let agent = agentOf(task); agent?.lastStatus !== "RUNNING";) {
    if (agent?.lastStatus === "STOPPED" || performance.now() > latest) {
      const why = agent?.reason ?? `it is ${agent?.lastStatus ?? "unknown"}`;
      throw refuse("unavailable", `the agent that runs commands is not there (${why}): ${needs}`);
    }
    await sleep(pollMsOf(parts), signal);
    agent = agentOf(await parts.tasks.look(task.taskArn ?? "", signal));
  }
}

interface Asked {
  readonly task: string | undefined;
  readonly command: string;
}
async function openSession({ api }: EcsParts, { task, command }: Asked, signal: AbortSignal): Promise<Session> {
  const input = { cluster: api.cluster, task, container: mainContainer, command, interactive: true };
  try {
    // One session too many does no harm: it waits for a client, and runs nothing.
    const { session = {} } = await api.call("ExecuteCommand", signal, (options) =>
      api.ecs.send(new ExecuteCommandCommand(input), options),
    );
    return session;
  } catch (error) {
    if (errorName(error) !== "TargetNotConnectedException") throw error;
    throw refuse("unavailable", `the agent that runs commands is not connected: ${needs}`);
  }
}

/** A command beside the program, as root. An abort leaves it to itself, until ECS ends its session for being idle. */
export async function* execInTask(parts: EcsParts, request: ExecRequest, { signal }: Call): ExecEvents {
  if (request.user !== undefined) throw refuse("unsupported", "ECS runs commands as root; expected no user");
  const texts = [...request.command, ...Object.entries(request.env ?? {}).flat(), request.workingDirectory ?? ""];
  if (texts.some((text) => text.includes("\0"))) throw refuse("unsupported", "a word of a command cannot hold a NUL");
  const task = await findRunning(parts, request, signal);
  await awaitAgent(parts, task, signal);
  const { line, marker } = toCommandLine(request);
  const session = await openSession(parts, { task: task.taskArn, command: line }, signal);
  using channel = await DataChannel.open(session, signal);
  const { tty, input } = request;
  yield* converseWithScript(
    channel,
    { marker, ...(tty !== undefined && { tty }), ...(input !== undefined && { input }) },
    signal,
  );
}
