/** Milliseconds, or until somebody removes the workload. */
export type Retention = number | "until-removed";

/** What an orchestrator may plan with before anything is open. */
export interface Traits {
  readonly isolation: "none" | "process" | "container" | "vm";
  readonly logs: "live" | "delayed";
  /** Log lines carry the time at which they were written, as far as the backend saw it. */
  readonly logTimes: boolean;
  /**
   * Who ends a task at its time limit. `backend` and `wrapper` do so whatever happens to us; with `watcher` it is any open
   * runtime that started the task or waits for it, and a sweep.
   */
  readonly timeLimit: "backend" | "wrapper" | "watcher";
  /** How long the backend knows an id (`start`: no second run), a state and the logs. "For ever" needs a store. */
  readonly retention: Readonly<Record<"start" | "state" | "logs", Retention>>;
}
