import type { Host } from "@longshore/core";
import { classifyCloudRunError } from "./classify-cloud-run-error.ts";
import type { CloudRunConfig } from "./cloud-run-config.ts";
import type { LogPoller } from "./log-poller.ts";
import { completedOf, type SeenTask, wasCancelled } from "./map-task-state.ts";
import { lastPart } from "./native-names.ts";
import type { Entry } from "./read-entry.ts";
import { readVerdict, type Verdict } from "./read-verdict.ts";
import { toMillis, toNanos } from "./timestamps.ts";

const nothing: Verdict = { evidence: "" };
const pending: Verdict = { evidence: "", pending: true };
/** SIGKILL: the platform's for memory, or the program's own. */
const killed = { signal: 9, code: 137 } as const;
export const defaultQuietMs = 10_000;
/** More of them than a process ever asks for again. */
const mostKept = 2000;

/** Where the API does not tell how a program ended: after a cancellation, and whether a SIGKILL was for memory. */
export class Verdicts {
  readonly #poller: LogPoller;
  readonly #host: Host;
  readonly #quietMs: number;
  /** By the execution's name. */
  readonly #known = new Map<string, Verdict>();

  constructor(poller: LogPoller, { logQuietMs = defaultQuietMs }: CloudRunConfig, host: Host) {
    this.#poller = poller;
    this.#host = host;
    this.#quietMs = logQuietMs;
  }
  /** Undefined where the API says it all. Within the quiet time after an end the log may not have come yet. */
  async of(seen: SeenTask, signal: AbortSignal): Promise<Verdict | undefined> {
    const { execution, job } = seen;
    if (execution === undefined || execution.startTime == null || !isDoubtful(seen)) return undefined;
    const name = execution.name ?? "";
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const found = readVerdict(await this.#lines(lastPart(name), toNanos(job.createTime ?? {}), signal));
    const ended = execution.completionTime ?? completedOf(execution)?.lastTransitionTime ?? {};
    const isLate = Date.parse(this.#host.clock.now()) - toMillis(ended) > this.#quietMs;
    const verdict = found ?? (isLate ? nothing : pending);
    if (verdict.pending !== true) this.#keep(name, verdict);
    return verdict;
  }
  #keep(name: string, verdict: Verdict): void {
    this.#known.set(name, verdict);
    const [oldest] = this.#known.keys();
    if (this.#known.size > mostKept && oldest !== undefined) this.#known.delete(oldest);
  }
  /** Who may not read logs goes without. */
  async #lines(name: string, at: bigint, signal: AbortSignal): Promise<readonly Entry[]> {
    using reader = this.#poller.open({ kind: "job", name }, { at });
    const lines: Entry[] = [];
    try {
      for await (const heard of reader.read(signal)) {
        if (!("entries" in heard)) return lines;
        lines.push(...heard.entries);
      }
    } catch (error) {
      if (classifyCloudRunError(error)?.code !== "permission-denied") throw error;
    }
    return lines;
  }
}
function isDoubtful({ execution, task }: SeenTask): boolean {
  if (execution === undefined) return false;
  const { exitCode, termSignal } = task?.lastAttemptResult ?? {};
  return wasCancelled(execution) || termSignal === killed.signal || exitCode === killed.code;
}
