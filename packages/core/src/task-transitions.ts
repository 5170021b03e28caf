import type { TaskState } from "./workload.ts";

type Phase = TaskState["phase"];

/** A phase may be skipped by an observer, never gone back to. */
export const taskTransitions: Readonly<Record<Phase, readonly Phase[]>> = {
  pending: ["running", "stopping", "exited"],
  running: ["stopping", "exited"],
  stopping: ["exited"],
  exited: [],
};

/** Staying in a phase is no transition, and always legal. */
export const isLegalTransition = (from: Phase, to: Phase): boolean => from === to || taskTransitions[from].includes(to);
