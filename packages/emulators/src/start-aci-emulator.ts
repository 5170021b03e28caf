import type { AciEmulatorOptions } from "./aci-emulator-options.ts";
import { Faults } from "./faults.ts";
import { Journal } from "./journal.ts";
import { VirtualClock } from "./virtual-clock.ts";

/** An emulator that is running. */
export interface AciEmulator extends AsyncDisposable {
  /** Such as `https://127.0.0.1:4521`: for a client's `endpoint`. The control endpoint is there too. */
  readonly url: string;
  /**
   * In PEM: the certificate of the authority that clients have to trust. Its key is forgotten, so that it vouches for nothing else. Absent
   * where it speaks plain HTTP.
   */
  readonly ca?: string;
  readonly engine: "docker" | "process";
  readonly faults: Faults;
  readonly journal: Journal;
  readonly clock: VirtualClock;
  /** Answers nobody any more, and ends every container. Disposing it does the same. */
  close(): Promise<void>;
}

/**
 * Starts Container Instances as Azure Resource Manager serves them, with a certificate of its own.
 * @throws TypeError for a fault that it does not know; an Error where the port is taken, or a Docker engine is asked for and none
 *   answers. Then nothing is left of it.
 */
export async function startAciEmulator(options: AciEmulatorOptions = {}): Promise<AciEmulator> {
  const parts = await import("./aci-parts.ts");
  const { engine: kind, missingImages, http = false } = options;
  const clock = new VirtualClock({ speed: options.speed ?? 1 });
  const faultKinds = parts.allAciFaultKinds;
  const faults = new Faults(options.seed, parts.readFaultRules(options.faults ?? [], faultKinds));
  const journal = new Journal(options.journal);
  const engine = await parts.chooseEngine({ clock, ...(kind && { kind }), ...(missingImages && { missingImages }) });
  const { cloud, close: closeBackend } = await parts.buildAciBackend(options, { clock, engine });
  const made = http ? undefined : await parts.makeCertificate();
  const about = { cloud: "aci", engine: engine.kind };
  const control = new parts.ControlEndpoint({ clock, faults, faultKinds, journal, about });
  const server = new parts.EmulatorServer({ cloud, control, clock, faults, journal, ...(made && { tls: made }) });
  const end = async (): Promise<void> => {
    await Promise.all([server.close(), closeBackend()]);
    await engine[Symbol.asyncDispose]();
    clock.close();
  };
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= end());
  try {
    const url = await server.listen(options.port);
    const ca = made && { ca: made.authority };
    return { url, ...ca, engine: engine.kind, faults, journal, clock, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
