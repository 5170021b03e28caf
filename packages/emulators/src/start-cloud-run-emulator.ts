import type { CloudRunEmulatorOptions } from "./cloud-run-emulator-options.ts";
import { Faults } from "./faults.ts";
import { Journal } from "./journal.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** An emulator that is running. */
export interface CloudRunEmulator extends AsyncDisposable {
  /** Of gRPC, on 127.0.0.1: for a client's `apiEndpoint` and `port`, without TLS. */
  readonly port: number;
  /** Of REST, such as `http://127.0.0.1:4521`; the control endpoint is there too. */
  readonly url: string;
  readonly engine: "docker" | "process";
  readonly faults: Faults;
  readonly journal: Journal;
  readonly clock: VirtualClock;
  /** Gives a secret another version, and makes it where there is none. @throws TypeError for a name that is none. */
  seedSecret(reference: string, value: string): void;
  /** Answers nobody any more, and ends every container. Disposing it does the same. */
  close(): Promise<void>;
}

/**
 * Starts Cloud Run, Cloud Logging and the calls of IAM and Secret Manager that go with them: gRPC on one port, REST on another,
 * the same services behind both.
 * @throws TypeError for a fault that it does not know, or a secret by a name that is none; an Error where a port is taken, or a
 *   Docker engine is asked for and none answers. Then nothing is left of it.
 */
export async function startCloudRunEmulator(options: CloudRunEmulatorOptions = {}): Promise<CloudRunEmulator> {
  const parts = await import("./cloud-run-parts.ts");
  const { engine: kind, missingImages, secrets = {} } = options;
  const clock = new VirtualClock({ speed: options.speed ?? 1 });
  const faults = new Faults(options.seed, parts.readFaultRules(options.faults ?? [], parts.cloudRunFaultKinds));
  const journal = new Journal(options.journal);
  const engine = await parts.chooseEngine({ clock, ...(kind && { kind }), ...(missingImages && { missingImages }) });
  const { services, seedSecret, close: closeBackend } = await parts.buildCloudRunBackend(options, { clock, faults, engine });
  const about = { cloud: "cloud-run", engine: engine.kind };
  const control = new parts.ControlEndpoint({ clock, faults, faultKinds: parts.cloudRunFaultKinds, journal, about, seedSecret });
  const rest = new parts.EmulatorServer({ cloud: new parts.RestCloud(services), control, clock, faults, journal });
  const grpc = new parts.GrpcEndpoint({ services, clock, faults, journal });
  const end = async (): Promise<void> => {
    await Promise.all([grpc.close(), rest.close(), closeBackend()]);
    await engine[Symbol.asyncDispose]();
    clock.close();
  };
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= end());
  try {
    for (const [reference, value] of Object.entries(secrets)) seedSecret(reference, value);
    const port = await grpc.listen(options.port);
    const url = await rest.listen(options.restPort);
    return { port, url, engine: engine.kind, faults, journal, clock, seedSecret, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
