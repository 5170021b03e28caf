import { EngineStartError } from "../engine-start-error.ts";
import { containerEnvironment, SecretProblem } from "./container-environment.ts";
import type { Readiness } from "./job-record.ts";
import type { RunWorld } from "./run-world.ts";
import type { Container } from "./run-shapes.ts";

const failed = (at: number, reason: string, message: string): Readiness => ({ state: "failed", at, reason, message });

/** Whether all that containers need is there: their images and their secrets. Takes as long as the platform takes. */
export async function readinessOf(
  containers: readonly Container[],
  project: string,
  { clock, delays, engine, secrets }: RunWorld,
): Promise<Readiness> {
  await clock.sleep(delays.reconcile);
  for (const container of containers)
    try {
      containerEnvironment(container, {}, { project, secrets });
      await engine.prepare(container.image);
    } catch (error) {
      if (error instanceof SecretProblem) return failed(clock.now(), "SECRETS_ACCESS_CHECK_FAILED", error.message);
      if (!(error instanceof EngineStartError)) throw error;
      return failed(clock.now(), "CONTAINER_MISSING", `Image '${container.image}' not found.`);
    }
  return { state: "ready", at: clock.now() };
}
