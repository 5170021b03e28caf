import type { Call } from "./call.ts";
import type { Capabilities, Endpoint } from "./capabilities.ts";
import type { WorkloadId } from "./ids.ts";
import type { MemoryBackend, MemoryServiceRequest } from "./memory-backend.ts";
import { MemoryError, type MemoryFaults } from "./memory-faults.ts";
import type { MemoryService } from "./memory-service.ts";
import type { Service } from "./workload.ts";

interface Parts {
  readonly backend: MemoryBackend;
  readonly faults: MemoryFaults;
  readonly name: (id: WorkloadId) => string;
}

/** What the memory driver can do with services. The backend does the work; here it is asked for and waited for. */
export function memoryServices({ backend, faults, name }: Parts): Required<Pick<Capabilities, "services" | "endpoints">> {
  const find = (id: WorkloadId): MemoryService => {
    const found = backend.services.get(name(id));
    if (found === undefined) throw new MemoryError(`no such service: ${id}`, { code: "not-found" });
    return found;
  };
  const settled = async (service: MemoryService, { signal }: Call): Promise<Service> => {
    const over = (): boolean => service.settled || service.failure !== undefined || service.stopped;
    await faults.around("services.wait", () => backend.until(over, signal));
    if (service.failure !== undefined) throw new MemoryError(service.failure.message, { code: "timeout", retryable: false });
    return service.toService();
  };
  const apply = (operation: string, id: WorkloadId, change: (service: MemoryService) => void): Promise<MemoryService> =>
    faults.around(operation, () => {
      const service = find(id);
      change(service);
      return service;
    });
  return {
    services: {
      async update({ order, plan }, call) {
        const request = plan.requests[0] as MemoryServiceRequest;
        const change = (service: MemoryService): void => {
          if (service.request.specHash !== request.specHash) service.replace(request);
        };
        return settled(await apply("services.update", order.spec.id, change), call);
      },
      async restart(id, call) {
        const change = (service: MemoryService): void => (service.stopped ? service.resume() : service.replace(service.request));
        return settled(await apply("services.restart", id, change), call);
      },
      async resume(id, call) {
        return settled(await apply("services.resume", id, (service) => service.resume()), call);
      },
    },
    endpoints: {
      endpoints: (id) => faults.around("endpoints", () => endpointsOf(find(id))),
    },
  };
}

/** Pretended: a port is asked through `MemoryService.ask`. */
const endpointsOf = ({ instances, request: { ports } }: MemoryService): readonly Endpoint[] =>
  instances
    .filter(({ ready }) => ready)
    .flatMap(({ name: instance }) =>
      ports.map(({ port, protocol = "tcp" }) => ({ instance, port, host: "memory", hostPort: port, protocol })),
    );
