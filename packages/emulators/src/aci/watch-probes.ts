import type { Clock } from "../clock.ts";
import type { EngineRun } from "../engine.ts";
import type { ContainerRecord } from "./container-record.ts";
import type { Probe } from "./group-shapes.ts";

interface Watching {
  readonly clock: Clock;
  /** Aborted once the container has ended. */
  readonly signal: AbortSignal;
  readonly kill: () => void;
}

/** Documented defaults. */
const defaultPeriodSeconds = 10;
const defaultFailureThreshold = 3;

async function drain(output: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of output) continue;
}

/** Whether it is as it should be. */
async function holds({ exec, httpGet, timeoutSeconds = 1 }: Probe, run: EngineRun, signal: AbortSignal): Promise<boolean> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]);
  try {
    if (exec) {
      const { output, exited } = await run.exec(exec.command ?? [], { signal: within });
      await drain(output);
      return (await exited).code === 0;
    }
    if (!httpGet) return true;
    const { scheme = "http", port, path = "/" } = httpGet;
    const answer = await fetch(`${scheme}://${run.address ?? "127.0.0.1"}:${port}${path}`, { signal: within });
    await answer.body?.cancel();
    return answer.status >= 200 && answer.status < 400;
  } catch {
    return false;
  }
}

interface Watched {
  readonly probe: Probe;
  /** Told of each time that it does not hold, and whether that was once too often. */
  readonly failed: (isOver: boolean) => void;
}

async function watch(run: EngineRun, { probe, failed }: Watched, { clock, signal }: Watching): Promise<void> {
  const { initialDelaySeconds = 0, periodSeconds = defaultPeriodSeconds, failureThreshold = defaultFailureThreshold } = probe;
  await clock.sleep(initialDelaySeconds * 1000, signal);
  for (let failures = 0; !signal.aborted;) {
    failures = (await holds(probe, run, signal)) ? 0 : failures + 1;
    if (signal.aborted) return;
    if (failures > 0) failed(failures >= failureThreshold);
    if (failures >= failureThreshold) failures = 0;
    await clock.sleep(periodSeconds * 1000, signal);
  }
}

/** Looks again and again how a container is, and kills one that is no longer alive. Never rejects. */
export async function watchProbes(run: EngineRun, container: ContainerRecord, watching: Watching): Promise<void> {
  const { properties } = container.definition;
  const { livenessProbe, readinessProbe } = "resources" in properties ? properties : {};
  const { events } = container;
  const unhealthy = (what: string): void => events.add("Unhealthy", `${what} probe failed`, "Warning");
  const watched: Watched[] = [];
  if (readinessProbe) watched.push({ probe: readinessProbe, failed: () => unhealthy("Readiness") });
  if (livenessProbe)
    watched.push({
      probe: livenessProbe,
      failed: (isOver) => {
        unhealthy("Liveness");
        if (isOver) watching.kill();
      },
    });
  await Promise.allSettled(watched.map((one) => watch(run, one, watching)));
}
