import type { EngineExit, EngineRun } from "../engine.ts";
import { EngineStartError, type EngineStartProblem } from "../engine-start-error.ts";
import { backOffMs, type ContainerContext } from "./container-context.ts";
import { ContainerLog } from "./container-log.ts";
import { type ContainerRecord, type ContainerState, waiting } from "./container-record.ts";
import type { GroupTrouble } from "./group-trouble.ts";
import { pullImage } from "./pull-image.ts";
import { watchProbes } from "./watch-probes.ts";

/** Documented: exit codes are those of `docker run`. */
const codeOfProblem: Readonly<Record<EngineStartProblem, number>> = {
  "no-such-command": 127,
  "cannot-execute": 126,
  "no-such-image": 125,
  rejected: 125,
};
const timeOf = (ms: number): string => new Date(ms).toISOString();

function detailOf({ code, outOfMemory }: EngineExit): string {
  if (outOfMemory) return "OOMKilled";
  return code === 0 ? "Completed" : "Error";
}

function terminated(exit: EngineExit, startedAt: number, now: number): ContainerState {
  const times = { startTime: timeOf(startedAt), finishTime: timeOf(now) };
  return { state: "Terminated", ...times, exitCode: exit.code ?? 137, detailStatus: detailOf(exit) };
}

interface Running {
  readonly run: EngineRun;
  /** Of this deployment. */
  readonly isFirst: boolean;
}

/** Ends it from without, where something does. */
function watch({ run, isFirst }: Running, container: ContainerRecord, { world, trouble, signal }: ContainerContext): () => void {
  const { grace } = world.delays;
  const end = (): void => {
    container.events.add("Killing", `Killing container with id ${run.id}`);
    // An engine that has gone has taken it along.
    (grace > 0 ? run.stop(grace) : run.kill()).catch(() => {});
  };
  if (signal.aborted) end();
  signal.addEventListener("abort", end, { once: true });
  const over = new AbortController();
  const { interruptionMs } = trouble;
  if (interruptionMs !== undefined && isFirst)
    void world.clock.sleep(interruptionMs, over.signal).then(
      () => run.kill(),
      () => {},
    );
  void watchProbes(run, container, { clock: world.clock, signal: over.signal, kill: end });
  return () => {
    signal.removeEventListener("abort", end);
    over.abort(new Error("it has ended"));
  };
}

/** One run of it, from its start to its end. @throws {@link EngineStartError} */
async function runOnce(container: ContainerRecord, context: ContainerContext, isFirst: boolean): Promise<EngineExit> {
  const { world, started } = context;
  const { clock, engine } = world;
  const run = await engine.start(context.toEngineContainer(container));
  const startedAt = clock.now();
  const log = new ContainerLog();
  container.run = run;
  container.log = log;
  container.current = { state: "Running", startTime: timeOf(startedAt), detailStatus: "" };
  container.hasStarted = true;
  container.events.add("Started", "Started container");
  const written = log.write(run.output);
  started(container);
  const unwatch = watch({ run, isFirst }, container, context);
  const exit = await run.exited;
  unwatch();
  await written;
  await run.remove();
  log.shrink();
  delete container.run;
  container.current = terminated(exit, startedAt, clock.now());
  return exit;
}

function notStarted(error: EngineStartError, container: ContainerRecord, { world }: ContainerContext): EngineExit {
  container.events.add("Failed", `Error: Failed to start container: ${error.message}`, "Warning");
  const exit = { code: codeOfProblem[error.problem], outOfMemory: false };
  const now = world.clock.now();
  container.current = terminated(exit, now, now);
  return exit;
}

/** @param runs How often it has run in this deployment before. */
function runsAgain(
  { policy }: ContainerRecord,
  { code, runs }: { code: number | undefined; runs: number },
  trouble: GroupTrouble,
): boolean {
  const isInterrupted = trouble.interruptionMs !== undefined && runs === 0;
  if (code !== 0 && (isInterrupted || runs < (trouble.restartsAnyway ?? 0))) return true;
  return policy === "Always" || (policy === "OnFailure" && code !== 0);
}

async function attempt(container: ContainerRecord, context: ContainerContext, isFirst: boolean): Promise<EngineExit> {
  await pullImage(container, context);
  try {
    return await runOnce(container, context, isFirst);
  } catch (error) {
    if (error instanceof EngineStartError) return notStarted(error, container, context);
    throw error;
  }
}

/** Runs a container as often as its policy has it. Resolves when it is over. @throws `signal.reason` when the deployment ends first. */
export async function runContainer(container: ContainerRecord, context: ContainerContext): Promise<void> {
  const { world, signal, trouble } = context;
  for (let runs = 0; ; runs++) {
    const { code } = await attempt(container, context, runs === 0);
    signal.throwIfAborted();
    if (!runsAgain(container, { code, runs }, trouble)) break;
    container.previous = container.current;
    // The first time it is run again at once.
    if (runs > 0) {
      container.events.add("BackOff", "Back-off restarting failed container", "Warning");
      container.current = waiting("CrashLoopBackOff: Back-off restarting failed");
      await world.clock.sleep(backOffMs(world, runs), signal);
    }
    container.restartCount++;
  }
  container.isOver = true;
}
