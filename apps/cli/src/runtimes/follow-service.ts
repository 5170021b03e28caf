import type { Runtime, Service, WorkloadId } from "@longshore/core";

export interface Following {
  readonly runtime: Runtime;
  readonly id: WorkloadId;
  readonly signal: AbortSignal;
  readonly show: (seen: Service) => void;
}

/** Shows how a service is while `act` is at work on it. What cannot be seen does not stand in the way of the work. */
export async function followService<T>({ runtime, id, signal, show }: Following, act: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const looking = (async (): Promise<void> => {
    const looks = runtime.observe(id, { signal: AbortSignal.any([signal, over.signal]) });
    for await (const seen of looks) if (seen.kind === "service") show(seen);
  })().catch(() => {});
  try {
    return await act();
  } finally {
    over.abort(new Error("the work is done"));
    await looking;
  }
}
