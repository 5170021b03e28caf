import { EngineStartError } from "../engine-start-error.ts";
import { backOffMs, type ContainerContext } from "./container-context.ts";
import { type ContainerRecord, waiting } from "./container-record.ts";

async function tryToPull(image: string, { world, trouble }: ContainerContext, attempt: number): Promise<void> {
  if (trouble.pull && attempt <= trouble.pull.times) throw new EngineStartError("no-such-image", trouble.pull.reason);
  await world.engine.prepare(image);
}

/**
 * Pulls the image of a container, again and again until it is there: nothing but the end of its group ends that.
 * @throws `signal.reason`
 */
export async function pullImage(container: ContainerRecord, context: ContainerContext): Promise<void> {
  const { world, signal } = context;
  const { image = "" } = container.definition.properties;
  const { events } = container;
  for (let attempt = 1; ; attempt++) {
    events.add("Pulling", `pulling image "${image}"`);
    try {
      await tryToPull(image, context, attempt);
      events.add("Pulled", `Successfully pulled image "${image}"`);
      return;
    } catch (error) {
      if (!(error instanceof EngineStartError)) throw error;
      events.add("Failed", `Failed to pull image "${image}": ${error.message}`, "Warning");
    }
    events.add("BackOff", `Back-off pulling image "${image}"`);
    container.current = waiting(`ImagePullBackOff: Back-off pulling image "${image}"`);
    await world.clock.sleep(backOffMs(world, attempt), signal);
  }
}
