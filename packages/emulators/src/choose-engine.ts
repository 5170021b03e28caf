import type { Clock } from "./clock.ts";
import type { Engine } from "./engine.ts";
import { ProcessEngine } from "./process-engine.ts";

export interface EngineChoice {
  /** Default: `docker` where an engine answers, else `process`. */
  readonly kind?: Engine["kind"];
  readonly clock: Clock;
  /** Images that cannot be pulled, where containers are processes. */
  readonly missingImages?: readonly string[];
}

/** Makes what runs the containers. @throws where a Docker engine is asked for, and none answers. */
export async function chooseEngine({ kind, clock, missingImages = [] }: EngineChoice): Promise<Engine> {
  if (kind === "process") return new ProcessEngine({ clock, missingImages });
  // Only who needs it pays for loading it.
  const { DockerEngine } = await import("./docker-engine.ts");
  if (await DockerEngine.answers()) return new DockerEngine({ clock });
  if (kind === "docker") throw new Error("no Docker engine answers: start one, set DOCKER_HOST, or use the engine `process`");
  return new ProcessEngine({ clock, missingImages });
}
