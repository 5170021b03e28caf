import type { ContainerRecord } from "./task-record.ts";

/** In seconds: the documented default. */
const defaultStopTimeout = 30;

/** Stops containers: whoever depends on another one before that one, the rest at the same time. */
export async function stopInOrder(containers: readonly ContainerRecord[]): Promise<void> {
  const stopped = new Map<string, Promise<void>>();
  const stop = (container: ContainerRecord): Promise<void> => {
    const { name = "", stopTimeout = defaultStopTimeout } = container.definition;
    const dependents = containers.filter(({ definition }) =>
      definition.dependsOn?.some(({ containerName }) => containerName === name),
    );
    const known = stopped.get(name);
    if (known) return known;
    const done = Promise.all(dependents.map(stop)).then(() => container.run?.stop(stopTimeout * 1000));
    stopped.set(name, done);
    return done;
  };
  await Promise.all(containers.map(stop));
}
