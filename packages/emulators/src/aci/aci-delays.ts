/** How long Container Instances take besides what is really done, in milliseconds of the emulator's clock. */
export interface AciDelays {
  /** In Pending: until there is a place for the group. */
  readonly pending: number;
  /** In Creating: until it has its address and its volumes. */
  readonly creating: number;
  /** Before the second restart of a container, or the second attempt to pull its image; twice as long before each that follows. */
  readonly backOff: number;
  /** The longest of those. */
  readonly longestBackOff: number;
  /** From a stop until everything is stopped. */
  readonly stop: number;
  /** From a delete until the group is gone. */
  readonly delete: number;
  /** Between SIGTERM and SIGKILL: no document has one. */
  readonly grace: number;
  /** After so long a group that is not provisioned has failed to be; documented as 30 minutes. */
  readonly provisioning: number;
}

/** Each state can be seen, and none is waited for. */
export const quickDelays: AciDelays = {
  pending: 20,
  creating: 20,
  backOff: 100,
  longestBackOff: 5000,
  stop: 20,
  delete: 20,
  grace: 0,
  provisioning: 30 * 60_000,
};

/** About what small groups take; documented is only that a group has 30 minutes. */
export const realisticDelays: AciDelays = {
  pending: 8000,
  creating: 12_000,
  backOff: 10_000,
  longestBackOff: 300_000,
  stop: 10_000,
  delete: 5000,
  grace: 0,
  provisioning: 30 * 60_000,
};
