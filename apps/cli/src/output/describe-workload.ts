import type { Ending, Instance, Leftover, Task, Workload } from "@longshore/core";

type Json = Readonly<Record<string, unknown>>;

/** What is known of how a task ended; null is what is not known or has not happened. */
const describeEnding = (ending: Ending | undefined): Json => ({
  outcome: ending?.outcome ?? null,
  exitCode: ending?.exit?.code ?? null,
  signal: ending?.exit?.signal ?? null,
  oomKilled: ending?.exit?.oomKilled ?? null,
  evidence: ending?.exit?.evidence ?? null,
  diagnosis: ending === undefined || ending.outcome === "succeeded" ? null : ending.diagnosis,
  finishedAt: ending?.finishedAt ?? null,
});

function describeTask({ state, deadline }: Task): Json {
  const startedAt = state.phase === "pending" ? null : (state.startedAt ?? null);
  const reason = state.phase === "pending" ? (state.reason ?? null) : null;
  const ending = describeEnding(state.phase === "exited" ? state : undefined);
  return { phase: state.phase, reason, ...ending, startedAt, deadline: deadline ?? null };
}

/** A program of a service, with the same members as a task for how it ended the last time. */
const describeInstance = ({ instance, phase, ready, restarts, current, lastEnding }: Instance): Json => ({
  instance,
  phase,
  ready,
  restarts,
  current,
  lastEnding: lastEnding === undefined ? null : describeEnding(lastEnding),
});

/** The object that `inspect`, `ps`, `wait` and `run` print with `--json`: always the same members, null where unknown. */
export function describeWorkload(runtime: string, found: Workload | Leftover): Json {
  const { id, kind, nativeId, createdAt } = found;
  const common = { id, runtime, kind };
  if (found.kind === "leftover") return { ...common, what: found.what, nativeId, createdAt };
  const { labels, specHash } = found;
  if (found.kind === "task") return { ...common, ...describeTask(found), createdAt, nativeId, specHash, labels };
  const { desired, ready, restarts, instances } = found.state;
  const state = { desired, ready, restarts, instances: instances.map(describeInstance) };
  return { ...common, ...state, createdAt, nativeId, specHash, labels };
}
