import { constants } from "node:os";
import type { EngineExit, EngineRun } from "../engine.ts";
import { EngineStartError } from "../engine-start-error.ts";
import { codeNumberOf } from "../google/status-code.ts";
import { containerEnvironment } from "./container-environment.ts";
import { ContainerLog } from "./container-log.ts";
import type { ExecutionRecord, TaskRecord } from "./job-record.ts";
import { readSeconds } from "./read-quantity.ts";
import type { AttemptResult, Container } from "./run-shapes.ts";
import type { RunWorld } from "./run-world.ts";
import { toEngineContainer } from "./to-engine-container.ts";

export interface AttemptOutcome {
  readonly kind: "succeeded" | "failed" | "cancelled";
  readonly result: AttemptResult;
  readonly message?: string;
}

interface AttemptPlace {
  readonly execution: ExecutionRecord;
  readonly task: TaskRecord;
  readonly world: RunWorld;
  /** Aborted once the execution is cancelled. */
  readonly signal: AbortSignal;
}

const exited = "The container exited with an error.";
const reachedTimeout = "The configured timeout was reached.";
/** No document says which codes go with which failures: these are ours. */
const failure = (code: "ABORTED" | "DEADLINE_EXCEEDED" | "INTERNAL", message: string): AttemptResult => ({
  status: { code: codeNumberOf(code), message },
});

const ownVariables = (execution: ExecutionRecord, { index, retried }: TaskRecord): Record<string, string> => ({
  CLOUD_RUN_JOB: execution.job.id,
  CLOUD_RUN_EXECUTION: execution.id,
  CLOUD_RUN_TASK_INDEX: String(index),
  CLOUD_RUN_TASK_ATTEMPT: String(retried),
  CLOUD_RUN_TASK_COUNT: String(execution.taskCount),
});

function logOf({ execution, task, world }: AttemptPlace): ContainerLog {
  const { id, place } = execution.job;
  const labels = {
    "run.googleapis.com/execution_name": execution.id,
    "run.googleapis.com/task_index": String(task.index),
    "run.googleapis.com/task_attempt": String(task.retried),
    instanceId: `${task.uid.replaceAll("-", "")}${task.retried}`,
  };
  const resource = { type: "cloud_run_job", labels: { project_id: place.project, location: place.location, job_name: id } };
  return new ContainerLog(world.logs, { project: place.project, resource, labels });
}

function start(container: Container, place: AttemptPlace): Promise<EngineRun> {
  const { execution, task, world } = place;
  const context = { project: execution.job.place.project, secrets: world.secrets };
  const environment = containerEnvironment(container, ownVariables(execution, task), context);
  const name = `${task.id}-${task.retried}-${container.name || "main"}`;
  const labels = { "longshore.emulator.execution": execution.name };
  return world.engine.start(toEngineContainer(container, { name, environment, labels }));
}

/** What an ended program means for its attempt. 0 is not told: it is what an unset code reads as. */
function outcomeOf(exit: EngineExit, execution: ExecutionRecord): AttemptOutcome {
  if (exit.code === 0) return { kind: "succeeded", result: { status: {} } };
  const result = failure("ABORTED", exited);
  const signal = exit.outOfMemory ? constants.signals.SIGKILL : constants.signals[exit.signal as NodeJS.Signals];
  if (execution.trouble.hidesExitCode) return { kind: "failed", result, message: exited };
  const how = signal === undefined ? { exitCode: exit.code ?? 0 } : { termSignal: signal };
  return { kind: "failed", result: { ...result, ...how }, message: exited };
}

function tellEnd(log: ContainerLog, exit: EngineExit, { world, execution }: AttemptPlace): void {
  const memory = execution.template.containers[0]?.resources?.limits?.["memory"];
  if (exit.outOfMemory)
    log.tell(`Memory limit of ${memory} exceeded. Consider increasing the memory limit.`, "ERROR", world.clock);
  if (exit.signal !== undefined) log.tell(`Container terminated on signal ${exit.signal}.`, "WARNING", world.clock);
  else log.tell(`Container called exit(${exit.code ?? "?"}).`, exit.code === 0 ? "INFO" : "WARNING", world.clock);
}

/** What ends an attempt from without, whichever comes first. Nothing does once `over` is aborted. */
async function watch(
  { execution, task, world, signal }: AttemptPlace,
  over: AbortSignal,
): Promise<"timeout" | "cancelled" | "interrupted"> {
  const { clock } = world;
  const within = AbortSignal.any([signal, over]);
  const { interruptionMs } = execution.trouble;
  const timeoutMs = (readSeconds(execution.template.timeout ?? "") ?? 600) * 1000;
  const isInterrupted = interruptionMs !== undefined && interruptionMs < timeoutMs && task.retried === 0;
  try {
    await clock.sleep(isInterrupted ? interruptionMs : timeoutMs, within);
    return isInterrupted ? "interrupted" : "timeout";
  } catch {
    return "cancelled";
  }
}

async function follow(run: EngineRun, place: AttemptPlace): Promise<AttemptOutcome> {
  const { delays } = place.world;
  const over = new AbortController();
  const cause = await Promise.race([run.exited, watch(place, over.signal)]);
  over.abort(new Error("it has ended"));
  if (typeof cause === "object") return outcomeOf(cause, place.execution);
  await (cause === "interrupted" ? run.kill() : run.stop(delays.grace));
  switch (cause) {
    case "timeout":
      return { kind: "failed", result: failure("DEADLINE_EXCEEDED", reachedTimeout), message: reachedTimeout };
    case "interrupted":
      return { kind: "failed", result: failure("INTERNAL", "Internal system error."), message: "Internal system error." };
    case "cancelled":
      return { kind: "cancelled", result: {}, message: "The task was cancelled." };
  }
}

function notStarted(error: unknown, { world }: AttemptPlace, log: ContainerLog): AttemptOutcome {
  const message = `The user-provided container failed to start: ${(error as Error).message}`;
  log.tell(`Application failed to start: ${(error as Error).message}`, "ERROR", world.clock);
  return { kind: "failed", result: failure("ABORTED", message), message };
}

/** Runs all containers of a task once. The first decides how it has gone; the others end with it. Never rejects. */
export async function runAttempt(place: AttemptPlace): Promise<AttemptOutcome> {
  const { execution } = place;
  const log = logOf(place);
  const runs: EngineRun[] = [];
  const written: Promise<void>[] = [];
  const started = async (container: Container): Promise<void> => {
    const run = await start(container, place);
    runs.push(run);
    written.push(log.write(run.output));
  };
  try {
    for (const container of [...execution.template.containers].reverse()) await started(container);
    const outcome = await follow(runs.at(-1)!, place);
    const exit = await runs.at(-1)!.exited;
    await Promise.all(runs.map((run) => run.stop(place.world.delays.grace)));
    await Promise.all(written);
    tellEnd(log, exit, place);
    return outcome;
  } catch (error) {
    if (!(error instanceof EngineStartError) && !(error instanceof Error && error.name === "SecretProblem")) throw error;
    return notStarted(error, place, log);
  } finally {
    await Promise.all(runs.map((run) => run.remove()));
  }
}
