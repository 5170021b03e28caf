import type { Call } from "./call.ts";
import type { Capabilities, Endpoint } from "./capabilities.ts";
import type { Host } from "./host.ts";
import type { WorkloadId } from "./ids.ts";
import type { MemoryBackend } from "./memory-backend.ts";
import { MemoryError } from "./memory-faults.ts";
import type { MemoryServiceRequest } from "./memory-request.ts";
import { resolveSecrets } from "./resolve-secrets.ts";
import type { MemoryService } from "./memory-service.ts";
import type { Service } from "./workload.ts";

/** One request. */
export type Ask = <T>(operation: string, work: () => T | Promise<T>) => Promise<T>;
interface Parts {
  readonly backend: MemoryBackend;
  readonly ask: Ask;
  readonly host: Host;
  readonly name: (id: WorkloadId) => string;
}

async function settled({ backend, ask }: Parts, service: MemoryService, { signal }: Call): Promise<Service> {
  const over = (): boolean => service.settled || service.failure !== undefined || service.stopped;
  await ask("services.wait", () => backend.until(over, signal));
  if (service.failure !== undefined) throw new MemoryError(service.failure.message, { code: "timeout", retryable: false });
  return service.toService();
}

/** What the memory driver can do with services. The backend does the work; here it is asked for and waited for. */
export function memoryServices(parts: Parts): Required<Pick<Capabilities, "services" | "endpoints">> {
  const { backend, ask, host, name } = parts;
  const find = (id: WorkloadId): MemoryService => {
    const found = backend.services.get(name(id));
    if (found === undefined) throw new MemoryError(`no such service: ${id}`, { code: "not-found" });
    return found;
  };
  const apply = (operation: string, id: WorkloadId, change: (service: MemoryService) => void): Promise<MemoryService> =>
    ask(operation, () => {
      const service = find(id);
      change(service);
      return service;
    });
  return {
    services: {
      async update({ order, plan }, call) {
        const request = plan.requests[0] as MemoryServiceRequest;
        const secrets = await resolveSecrets(order.spec, host, call.signal);
        const change = (service: MemoryService): void => {
          if (service.request.specHash !== request.specHash) service.replace(request, secrets);
        };
        return settled(parts, await apply("services.update", order.spec.id, change), call);
      },
      async restart(id, call) {
        const change = (service: MemoryService): void => (service.stopped ? service.resume() : service.replace(service.request));
        return settled(parts, await apply("services.restart", id, change), call);
      },
      async resume(id, call) {
        return settled(parts, await apply("services.resume", id, (service) => service.resume()), call);
      },
    },
    endpoints: {
      endpoints: (id) => ask("endpoints", () => endpointsOf(find(id))),
    },
  };
}

/** Pretended: `host` is the name of the service, whose `ask` answers. */
const endpointsOf = ({ instances, request: { name: host } }: MemoryService): readonly Endpoint[] =>
  instances
    .filter(({ ready }) => ready)
    .flatMap(({ name: instance, request: { ports } }) =>
      ports.map(({ port, protocol = "tcp" }) => ({ instance, port, host, hostPort: port, protocol })),
    );
