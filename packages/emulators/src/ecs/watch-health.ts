import type { Clock } from "../clock.ts";
import type { EngineRun } from "../engine.ts";
import type { HealthCheckDefinition } from "./ecs-shapes.ts";
import type { Health } from "./task-record.ts";

/** In seconds, but for the count: the documented defaults. */
const defaults = { interval: 30, timeout: 5, retries: 3, startPeriod: 0 };

export interface HealthWatch {
  readonly clock: Clock;
  /** Aborted when the container has ended. */
  readonly signal: AbortSignal;
  report(health: Health): void;
}

const commandOf = ([first, ...rest]: readonly string[]): readonly string[] => {
  if (first === "CMD-SHELL") return ["sh", "-c", rest.join(" ")];
  return first === "CMD" ? rest : [first ?? "", ...rest];
};

async function succeeds(run: EngineRun, check: HealthCheckDefinition, { clock, signal }: HealthWatch): Promise<boolean> {
  const over = new AbortController();
  const within = AbortSignal.any([signal, over.signal]);
  const ran = (async () => {
    const { output, exited } = await run.exec(commandOf(check.command), { signal: within });
    for await (const _ of output);
    return (await exited).code === 0;
  })().catch(() => false);
  const late = clock.sleep((check.timeout ?? defaults.timeout) * 1000, within).then(
    () => false,
    () => false,
  );
  const healthy = await Promise.race([ran, late]);
  over.abort(new Error("the check is over"));
  return healthy;
}

/** Asks a container again and again how it is, as its definition says, until it ends. Never rejects. */
export async function watchHealth(run: EngineRun, check: HealthCheckDefinition, watch: HealthWatch): Promise<void> {
  const { interval, retries, startPeriod } = { ...defaults, ...check };
  const beganAt = watch.clock.now();
  let failures = 0;
  while (!watch.signal.aborted) {
    await watch.clock.sleep(interval * 1000, watch.signal).catch(() => {});
    if (watch.signal.aborted) return;
    const healthy = await succeeds(run, check, watch);
    const settling = watch.clock.now() - beganAt < startPeriod * 1000;
    failures = healthy || settling ? 0 : failures + 1;
    if (healthy) watch.report("HEALTHY");
    else if (failures >= retries) watch.report("UNHEALTHY");
  }
}
