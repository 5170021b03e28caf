import type { EcsEmulatorOptions } from "./ecs-emulator-options.ts";
import { Faults } from "./faults.ts";
import { Journal } from "./journal.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** An emulator that is running. */
export interface EcsEmulator extends AsyncDisposable {
  /** The endpoint of every client, such as `http://127.0.0.1:4510`. */
  readonly url: string;
  readonly engine: "docker" | "process";
  readonly faults: Faults;
  readonly journal: Journal;
  readonly clock: VirtualClock;
  /** Sets a secret by what a task definition refers to. @throws TypeError where that is an ARN of something else. */
  seedSecret(reference: string, value: string): void;
  /** Answers nobody any more, and ends every container. Disposing it does the same. */
  close(): Promise<void>;
}

/**
 * Starts ECS, CloudWatch Logs and the few calls of EC2, IAM, Secrets Manager, SSM and STS that go with them, on one port.
 * @throws TypeError for a fault that it does not know, or a secret by an ARN of something else; an Error where the port is taken,
 *   or a Docker engine is asked for and none answers. Then nothing is left of it.
 */
export async function startEcsEmulator(options: EcsEmulatorOptions = {}): Promise<EcsEmulator> {
  const { buildEcsBackend, chooseEngine, ControlEndpoint, EmulatorServer, faultKinds, readFaultRules } =
    await import("./ecs-parts.ts");
  const { engine: kind, missingImages, secrets = {}, port, seed } = options;
  const clock = new VirtualClock({ speed: options.speed ?? 1 });
  const faults = new Faults(seed, readFaultRules(options.faults ?? [], faultKinds));
  const journal = new Journal(options.journal);
  const engine = await chooseEngine({ clock, ...(kind && { kind }), ...(missingImages && { missingImages }) });
  const { cloud, seedSecret, close: closeBackend } = await buildEcsBackend(options, { clock, faults, engine });
  const about = { cloud: "ecs", engine: engine.kind };
  const control = new ControlEndpoint({ clock, faults, faultKinds, journal, about, seedSecret });
  const server = new EmulatorServer({ cloud, control, clock, faults, journal });
  const end = async (): Promise<void> => {
    await Promise.all([server.close(), closeBackend()]);
    await engine[Symbol.asyncDispose]();
    clock.close();
  };
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= end());
  try {
    for (const [reference, value] of Object.entries(secrets)) seedSecret(reference, value);
    const url = await server.listen(port);
    return { url, engine: engine.kind, faults, journal, clock, seedSecret, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
