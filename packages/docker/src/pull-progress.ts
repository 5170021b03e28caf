import type { Progress } from "@longshore/core";

interface LayerMessage {
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}
/** The engine reports each layer many times a second; people need less. */
const reportEveryMs = 100;

/** Sums the layers' downloads up to one number of bytes. */
export class PullProgress {
  readonly #step: string;
  readonly #report: (progress: Progress) => void;
  readonly #layers = new Map<string, { readonly current: number; readonly total: number }>();
  #reportedAt = 0;

  constructor(image: string, report: (progress: Progress) => void) {
    this.#step = `pull ${image}`;
    this.#report = report;
    report({ step: this.#step });
  }
  see({ status, id, progressDetail: { current, total } = {} }: LayerMessage): void {
    if (status !== "Downloading" || id === undefined || current === undefined || total === undefined) return;
    this.#layers.set(id, { current, total });
    if (performance.now() - this.#reportedAt < reportEveryMs) return;
    this.#reportedAt = performance.now();
    const layers = [...this.#layers.values()];
    const [done, all] = [layers.reduce((sum, one) => sum + one.current, 0), layers.reduce((sum, one) => sum + one.total, 0)];
    this.#report({ step: this.#step, done, total: all });
  }
}
