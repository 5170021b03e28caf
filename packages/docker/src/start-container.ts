import { LongshoreError, type TaskSpec } from "@longshore/core";
import { type Call, type Host, type Order, type Plan, resolveSecrets, retry } from "@longshore/core/driver";
import { classifyDockerError } from "./classify-docker-error.ts";
import { stopVolume } from "./container-names.ts";
import type { Containers } from "./containers.ts";
import type { DockerOptions } from "./docker-config.ts";
import type { Engine } from "./engine.ts";
import { type InspectedContainer, isUnstarted } from "./map-container-state.ts";
import { ensureImage } from "./pull-image.ts";
import { secretsArchive } from "./secrets-archive.ts";
import type { StartLease } from "./start-lease.ts";
import type { ContainerRequest } from "./to-container-request.ts";
import type { Volumes } from "./volumes.ts";

export interface StartParts {
  readonly engine: Engine;
  readonly host: Host;
  readonly containers: Containers;
  readonly volumes: Volumes;
  readonly lease: StartLease;
}

interface TaskOrder {
  readonly order: Order<DockerOptions>;
  readonly plan: Plan<ContainerRequest>;
  /** What there is of it, as was just seen. */
  readonly found: InspectedContainer | undefined;
}
const gone = (): LongshoreError =>
  new LongshoreError("it was removed while it was being started", { code: "unavailable", operation: "start" });

/** Looks, creates what is missing, and starts what was never started: each step as often as it takes, the last one once. */
export async function startContainer(
  parts: StartParts,
  { order, plan, found: known }: TaskOrder,
  call: Call,
): Promise<InspectedContainer> {
  const { containers, lease } = parts;
  const spec = order.spec as TaskSpec;
  const { id } = spec;
  const found = known ?? (await create(parts, { spec, plan }, call));
  // Another spec's container is not ours to start; core tells the caller of the conflict.
  const mine = found.Config.Labels["longshore.hash"] === order.specHash;
  if (mine && (await lease.acquire(id, found, call.signal))) await startOnce(parts, { spec, container: found }, call);
  const started = await containers.find(id, call.signal);
  if (started === undefined) throw gone();
  return started;
}

const nameTaken = (id: string): LongshoreError => {
  const message = "a container that Longshore did not make bears its name";
  return new LongshoreError(message, { code: "conflict", operation: "start", workload: id });
};
/** With the pauses between them about ten seconds. */
const mostAttempts = 8;

/**
 * Whoever creates it. A name is taken a moment before the container can be seen, and given back a moment after it is gone:
 * both are waited out.
 */
async function create(
  parts: StartParts,
  { spec, plan }: { readonly spec: TaskSpec; readonly plan: Plan<ContainerRequest> },
  call: Call,
): Promise<InspectedContainer> {
  const { containers, lease } = parts;
  await ensureImage(parts, spec, call);
  const request = plan.requests.find((one) => one.request === "create");
  const when = (error: unknown): boolean => LongshoreError.is(error, "unavailable") && !call.signal.aborted;
  return retry({ signal: call.signal, attempts: mostAttempts, when }, async () => {
    if (request !== undefined) await containers.create(request, lease.labels(), call.signal);
    const found = await containers.find(spec.id, call.signal);
    if (found !== undefined) return found;
    throw (await containers.isForeign(spec.id, call.signal)) ? nameTaken(spec.id) : gone();
  });
}

async function startOnce(
  { containers, volumes, host }: StartParts,
  { spec, container }: { readonly spec: TaskSpec; readonly container: InspectedContainer },
  call: Call,
): Promise<void> {
  const { id } = spec;
  const secrets = await resolveSecrets(spec, host, call.signal);
  if (secrets.length > 0) await containers.writeSecrets(container.Id, await secretsArchive(secrets, spec.user), call.signal);
  const marker = await volumes.get(stopVolume(container.Name.replace(/^\//, ""), container.Id), call.signal);
  if (marker !== undefined) return;
  const start = async (): Promise<void> => {
    const now = await containers.find(id, call.signal);
    if (now === undefined || !isUnstarted(now)) return;
    await containers.start(container.Id, call.signal);
  };
  // A look comes before each further try: a start whose answer was lost has happened, and must not happen again.
  const isLost = (error: unknown): boolean => !call.signal.aborted && classifyDockerError(error)?.ambiguous === true;
  try {
    await retry({ signal: call.signal, attempts: 5, when: isLost }, start);
  } catch (error) {
    // A program that cannot be started is an ending, which the container shows, and no failure of the call.
    const now = call.signal.aborted ? undefined : await containers.find(id, call.signal);
    if (now === undefined || isUnstarted(now)) throw error;
  }
}
