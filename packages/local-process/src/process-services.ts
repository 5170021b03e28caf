import type { Dictionary, Endpoint, Port, WorkloadId } from "@longshore/core";
import type { Capabilities, Order, Plan } from "@longshore/core/driver";
import {
  forgetRevision,
  giveOrder,
  type NewRevision,
  type ServicePlace,
  toRevision,
  unknownService,
  untilSettled,
} from "./order-service.ts";
import { lookAtService, type ServiceEvidence } from "./look-at-service.ts";
import { lookAtTask } from "./look-at-task.ts";
import { isAlive } from "./process-identity.ts";
import type { ProcessRequest } from "./process-request.ts";
import type { Revision, ServiceOrder } from "./service-record.ts";
import type { SecretValues } from "./supervisor-messages.ts";

export interface ServicesParts {
  readonly place: (id: WorkloadId) => ServicePlace;
  readonly values: (order: Order, signal: AbortSignal) => Promise<SecretValues>;
}
type Services = NonNullable<Capabilities["services"]>;

/** Each writes an order and waits until whoever keeps the service has carried it out. */
export function processServices({ place, values }: ServicesParts): Services {
  return {
    async update({ order, plan }, call) {
      const at = place(order.spec.id);
      const [request] = plan.requests as Plan<ProcessRequest>["requests"];
      if (request === undefined) throw new Error("the plan holds no request");
      const seen = giveOrder(at, "update", () => undefined);
      const wanted = seen.order.wanted.specHash === order.specHash;
      const made = wanted ? seen : replace(at, { order, request, values: await values(order, call.signal) });
      return untilSettled(at, { operation: "update", generation: made.order.wanted.generation }, call);
    },
    async restart(id, call) {
      const { order } = giveOrder(place(id), "restart", (seen) => (isStopped(seen) ? resumed(seen, id) : renewed(seen)));
      return untilSettled(place(id), { operation: "restart", generation: order.wanted.generation }, call);
    },
    async resume(id, call) {
      giveOrder(place(id), "resume", (seen) => (isStopped(seen) ? resumed(seen, id) : undefined));
      return untilSettled(place(id), { operation: "resume" }, call);
    },
  };
}

const isStopped = ({ order: { stopped } }: ServiceEvidence): boolean => stopped !== undefined;
const again = ({ order }: ServiceEvidence): Revision => ({ ...order.wanted, generation: nextGeneration(order) });
/** An update that came to nothing has used one up. */
const nextGeneration = ({ wanted, failure }: ServiceOrder): number => Math.max(wanted.generation, failure?.generation ?? 0) + 1;
const renewed = (seen: ServiceEvidence): ServiceOrder => ({
  wanted: again(seen),
  before: seen.order.before ?? seen.order.wanted,
});
function resumed(seen: ServiceEvidence, id: WorkloadId): ServiceOrder {
  if (seen.order.removing === true) throw unknownService({ id }, "resume");
  return { wanted: again(seen) };
}

/** Of one that is stopped only the spec changes. */
function replace(place: ServicePlace, revision: NewRevision): ServiceEvidence {
  const made = toRevision(place.folder, revision, 0);
  return giveOrder(place, "update", ({ order }) => {
    const { wanted, before, stopped, removing } = order;
    if (wanted.specHash === made.specHash) {
      forgetRevision(place.folder, made);
      return undefined;
    }
    const next = { wanted: { ...made, generation: nextGeneration(order) } };
    if (stopped === undefined) return { ...next, before: before ?? wanted };
    return { ...next, stopped, ...(removing === true && { removing }) };
  });
}

export const processEndpoints = (place: (id: WorkloadId) => ServicePlace): NonNullable<Capabilities["endpoints"]> => ({
  async endpoints(id: WorkloadId): Promise<readonly Endpoint[]> {
    const { folder } = place(id);
    if (lookAtService(folder) === undefined) return endpointsOfTask(folder, id);
    const seen = giveOrder(place(id), "endpoints", () => undefined);
    const { ports: declared = [] } = seen.order.wanted.request;
    return seen.instances.filter(({ ready }) => ready).flatMap(({ name, ports }) => toEndpoints(name, ports, declared));
  },
});

/** Nobody probes a task: it is taken to be ready while it runs. */
async function endpointsOfTask(folder: string, id: WorkloadId): Promise<readonly Endpoint[]> {
  const seen = await lookAtTask(folder);
  if (seen === undefined) throw unknownService({ id }, "endpoints");
  const { task, started, intent, exit } = seen;
  if (started === undefined || intent !== undefined || exit !== undefined || !isAlive(started.program)) return [];
  return toEndpoints(id, started.ports ?? {}, task.request.ports ?? []);
}

const toEndpoints = (instance: string, given: Dictionary<number>, declared: readonly Port[]): readonly Endpoint[] =>
  declared.flatMap(({ port, protocol = "tcp" }) => {
    const hostPort = given[port];
    return hostPort === undefined ? [] : [{ instance, port, host: "127.0.0.1", hostPort, protocol }];
  });
