import type Dockerode from "dockerode";
import type { StopIntent } from "@longshore/core/driver";
import type { Engine } from "./engine.ts";
import { label } from "./container-names.ts";

export interface MarkerVolume {
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly CreatedAt?: string;
}
type Labels = Readonly<Record<string, string>>;

const isStatus = (error: unknown, ...codes: readonly number[]): boolean =>
  codes.includes((error as { readonly statusCode?: number }).statusCode ?? 0);

/**
 * Volumes as marks beside a container, whose labels cannot change. The engine answers a second creation of a name with the
 * volume that is there, so that the first writer's labels stand: an atomic claim.
 */
export class Volumes {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }
  /** The labels that stand: these, or those of whoever came first. */
  async claim(name: string, labels: Labels, signal: AbortSignal): Promise<Labels> {
    const request = { _query: {}, _body: { Name: name, Labels: labels } };
    await this.#engine.call("volume create", signal, (docker, abortSignal) =>
      docker.createVolume({ ...request, abortSignal } as Dockerode.VolumeCreateOptions),
    );
    return (await this.get(name, signal)) ?? labels;
  }
  async get(name: string, signal: AbortSignal): Promise<Labels | undefined> {
    try {
      const volume = await this.#engine.call("volume inspect", signal, (docker, abortSignal) =>
        docker.getVolume(name).inspect({ abortSignal }),
      );
      return volume.Labels ?? {};
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }
  /** Those that bear all these labels. */
  async list(labels: Labels, signal: AbortSignal): Promise<readonly MarkerVolume[]> {
    const filters = JSON.stringify({ label: Object.entries(labels).map(([key, value]) => `${key}=${value}`) });
    const found = await this.#engine.call("volume list", signal, (docker, abortSignal) =>
      docker.listVolumes({ filters, abortSignal }),
    );
    return (found.Volumes ?? []) as readonly MarkerVolume[];
  }
  /** Absent is success. */
  async remove(name: string, signal: AbortSignal): Promise<void> {
    await this.#engine
      .call("volume remove", signal, (docker, abortSignal) => docker.getVolume(name).remove({ abortSignal }))
      .catch((error: unknown) => {
        if (!isStatus(error, 404)) throw error;
      });
  }
}

export const isMarker = ({ Labels }: MarkerVolume, purpose: "stop" | "start" | "secrets" | "revision" | "failed"): boolean =>
  Labels?.[label.purpose] === purpose;

/** Of a marker of a stop. */
export const intentOf = (labels: Labels): StopIntent => (labels[label.intent] === "timed-out" ? "timed-out" : "stopped");
