import type { WorkloadId } from "@longshore/core";
import { sleep } from "@longshore/core/driver";
import type { Containers } from "./containers.ts";
import type { InspectedContainer } from "./map-container-state.ts";

/** What a shell, and Docker, make of a death by SIGKILL: 128 + 9. */
const killedCode = 137;
/** The engine hears of an end and of a lack of memory by two ways, in either order, moments apart. */
const settlesWithinMs = 2000;
const lookAgainMs = 150;

const mayBeOutOfMemory = ({ State, HostConfig }: InspectedContainer): boolean =>
  State.Status === "exited" &&
  State.ExitCode === killedCode &&
  !State.OOMKilled &&
  HostConfig.Memory > 0 &&
  Math.abs(Date.now() - Date.parse(State.FinishedAt)) < settlesWithinMs;

/** A killed program with a memory limit is looked at again until the engine has had the time to say why. */
export async function findSettled(
  containers: Containers,
  id: WorkloadId,
  signal: AbortSignal,
): Promise<InspectedContainer | undefined> {
  for (;;) {
    const found = await containers.find(id, signal);
    if (found === undefined || !mayBeOutOfMemory(found)) return found;
    await sleep(lookAgainMs, signal);
  }
}
