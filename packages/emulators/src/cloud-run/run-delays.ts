/** How long Cloud Run takes besides what is really done, in milliseconds of the emulator's clock. */
export interface CloudRunDelays {
  /** From a request until a job or a revision is ready. */
  readonly reconcile: number;
  /** From an execution's creation to the first attempt of its tasks. */
  readonly schedule: number;
  /** Between two attempts of a task. */
  readonly retry: number;
  /** From the end of the last task to the end of its execution. */
  readonly complete: number;
  /** Between SIGTERM and SIGKILL; documented as 10 s for services, and not at all for jobs. */
  readonly grace: number;
  /** Between an instance's end that nobody asked for and its successor's start. */
  readonly restart: number;
  /** Between a line and the moment when whoever asks sees its entry. */
  readonly ingest: number;
  /** After its last request an instance that is not kept is ended; documented as at most 15 minutes. */
  readonly idle: number;
  /** How long an instance has to open its port; documented as 4 minutes. */
  readonly startup: number;
}

/** Each state can be seen, and none is waited for. */
export const quickDelays: CloudRunDelays = {
  reconcile: 20,
  schedule: 20,
  retry: 20,
  complete: 20,
  grace: 10_000,
  restart: 500,
  ingest: 0,
  idle: 15 * 60_000,
  startup: 30_000,
};

/** About what small jobs take; Google documents no figures but those above. */
export const realisticDelays: CloudRunDelays = {
  reconcile: 3000,
  schedule: 8000,
  retry: 5000,
  complete: 3000,
  grace: 10_000,
  restart: 5000,
  ingest: 2000,
  idle: 15 * 60_000,
  startup: 240_000,
};
