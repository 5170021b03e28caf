/** A task that nobody has asked to stop. */
export interface TaskView {
  readonly id: string;
  readonly healthy: boolean;
}

export interface ServiceView {
  readonly desired: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** Whether the primary deployment may still launch tasks. */
  readonly mayLaunch: boolean;
  /** Oldest first. */
  readonly primary: readonly TaskView[];
  /** Of the deployments that it replaces. */
  readonly others: readonly TaskView[];
  /** Tasks that are on their way out: they still take up room. */
  readonly stopping: number;
}

export interface ServiceStep {
  /** How many tasks of the primary deployment are to be launched. */
  readonly launch: number;
  /** Ids of tasks to be stopped. */
  readonly stop: readonly string[];
}

const idsOf = (tasks: readonly TaskView[]): readonly string[] => tasks.map(({ id }) => id);
const count = (tasks: readonly TaskView[]): number => tasks.filter(({ healthy }) => healthy).length;

/** What a rolling update does next: never fewer healthy tasks than the minimum, nor more tasks than the maximum. */
export function nextServiceStep(view: ServiceView): ServiceStep {
  const { desired, primary, others } = view;
  const lower = Math.ceil((desired * view.minimumHealthyPercent) / 100);
  const upper = Math.floor((desired * view.maximumPercent) / 100);
  // Those that are not healthy go first, then the newest.
  const leaving = [...primary].sort((one, other) => Number(other.healthy) - Number(one.healthy)).slice(desired);
  const room = upper - primary.length - others.length - view.stopping;
  const launch = view.mayLaunch ? Math.max(0, Math.min(desired - primary.length, room)) : 0;
  if (!view.mayLaunch) return { launch, stop: idsOf(leaving) };
  const done = count(primary) >= desired;
  const spare = Math.max(0, count(primary) + count(others) - lower);
  const healthyOthers = others.filter(({ healthy }) => healthy).slice(0, spare);
  const unhealthyOthers = others.filter(({ healthy }) => !healthy);
  return { launch, stop: idsOf([...leaving, ...(done ? others : [...unhealthyOthers, ...healthyOthers])]) };
}
