import { defaultReadinessTimeoutMs, LongshoreError, type Runtime, type Workload, type WorkloadSpec } from "@longshore/core";
import { summarizeService } from "../output/describe-service.ts";
import { describeProgress } from "../output/progress-line.ts";
import { followService } from "../runtimes/follow-service.ts";
import { hashOfSpec } from "../spec/hash-of-spec.ts";

export interface Bringing {
  readonly runtime: Runtime;
  readonly spec: WorkloadSpec;
  readonly signal: AbortSignal;
  readonly show: (text: string) => void;
  /** Until a service is ready and a task has begun. */
  readonly wait: boolean;
  /** Refuse what is not there yet. */
  readonly only?: "update";
}
export interface Brought {
  readonly did: "started" | "updated" | "resumed" | "unchanged";
  readonly seen: Workload;
}

const summarize = (seen: Workload): string => (seen.kind === "service" ? summarizeService(seen.state) : seen.state.phase);

/** Start, resume, update or nothing, whichever it takes. */
async function act({ runtime, spec, signal, show, only }: Bringing): Promise<Brought> {
  const { id } = spec;
  const onProgress = (progress: Parameters<typeof describeProgress>[0]): void => show(describeProgress(progress));
  const there = await runtime.inspect(id, { signal });
  if (only === "update" && there.kind !== "service") {
    const message = `there is no service ${id} on ${runtime.name}; longshore up starts one`;
    throw new LongshoreError(message, { code: "not-found", operation: "update", runtime: runtime.name, workload: id });
  }
  if (spec.kind === "task" || there.kind !== "service") {
    const seen = await runtime.start(spec, { signal, onProgress });
    return { did: there.kind === "task" ? "unchanged" : "started", seen };
  }
  const watched = { runtime, id, signal, show: (seen: Workload) => show(`updating, ${summarize(seen)}`) };
  if (there.specHash !== hashOfSpec(spec))
    return { did: "updated", seen: await followService(watched, () => runtime.update(spec, { signal, onProgress })) };
  if (there.state.desired === 0) return { did: "resumed", seen: await runtime.resume(id, { signal }) };
  return { did: "unchanged", seen: await runtime.start(spec, { signal, onProgress }) };
}

const isReady = (seen: Workload): boolean => {
  if (seen.kind === "task") return seen.state.phase !== "pending";
  const { desired, ready, instances } = seen.state;
  return desired > 0 && ready >= desired && instances.every(({ current, phase }) => current || phase === "exited");
};

/** An instance that is not ready is given as long as an update gives it. */
const patienceOf = (spec: WorkloadSpec): number =>
  spec.kind === "service"
    ? (spec.readiness?.timeoutMs ?? defaultReadinessTimeoutMs)
    : (spec.pendingTimeoutMs ?? defaultReadinessTimeoutMs);

function notReady(runtime: Runtime, { id }: WorkloadSpec, last: Workload): LongshoreError {
  const message = `${id} is there and not ready (${summarize(last)}); longshore logs ${id} may say why`;
  return new LongshoreError(message, { code: "timeout", operation: "up", runtime: runtime.name, workload: id });
}

async function untilReady({ runtime, spec, signal, show }: Bringing, first: Workload): Promise<Workload> {
  let last = first;
  if (isReady(first)) return first;
  const patience = AbortSignal.timeout(patienceOf(spec));
  try {
    for await (const seen of runtime.observe(spec.id, { signal: AbortSignal.any([signal, patience]) })) {
      if (seen.kind !== "task" && seen.kind !== "service") continue;
      last = seen;
      show(summarize(seen));
      if (isReady(seen)) return seen;
    }
  } catch (error) {
    if (!patience.aborted || signal.aborted) throw error;
  }
  throw notReady(runtime, spec, last);
}

/** Idempotent: once more it finds everything as it is to be, or finishes what was cut short. */
export async function bringUp(bringing: Bringing): Promise<Brought> {
  const { show, wait } = bringing;
  show("looking");
  const { did, seen } = await act(bringing);
  const last = wait ? await untilReady(bringing, seen) : seen;
  show(`${did}, ${summarize(last)}`);
  return { did, seen: last };
}
