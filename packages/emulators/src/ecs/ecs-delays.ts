/** How long a task spends in its states besides what is really done there, in milliseconds of the emulator's clock. */
export interface EcsDelays {
  readonly provisioning: number;
  readonly pending: number;
  readonly activating: number;
  readonly deactivating: number;
  readonly deprovisioning: number;
  /** Between the end of a service's task that nobody asked for and the start of its successor. */
  readonly restart: number;
  /** How long a task without a health check has to run before it counts as healthy; documented as 40 s. */
  readonly settle: number;
}

/** Each state can be seen, and none is waited for. */
export const quickDelays: EcsDelays = {
  provisioning: 20,
  pending: 20,
  activating: 20,
  deactivating: 20,
  deprovisioning: 20,
  restart: 500,
  settle: 500,
};

/** About what small tasks on Fargate take; AWS documents no figures. */
export const realisticDelays: EcsDelays = {
  provisioning: 10_000,
  pending: 10_000,
  activating: 2000,
  deactivating: 2000,
  deprovisioning: 15_000,
  restart: 10_000,
  settle: 40_000,
};
