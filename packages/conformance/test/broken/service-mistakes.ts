import type { MemoryServiceRequest } from "@longshore/core/memory";
import type { Mistake } from "./break-driver.ts";

export const serviceMistakes: readonly Mistake[] = [
  {
    guarantee: "services",
    name: "ends the old instances first",
    caughtBy: /rolling update/,
    verbs: ({ driver: { capabilities } }) => ({
      capabilities: {
        ...capabilities,
        services: {
          ...capabilities.services,
          update({ order, plan }, call) {
            const requests = plan.requests.map((request) => ({ ...(request as MemoryServiceRequest), rolling: false }));
            return capabilities.services.update({ order, plan: { ...plan, requests } }, call);
          },
        },
      },
    }),
  },
  {
    guarantee: "services",
    name: "names every instance that runs, ready or not",
    caughtBy: /never becomes ready|rolling update/,
    verbs: ({ driver: { capabilities }, backend }) => ({
      capabilities: {
        ...capabilities,
        endpoints: {
          async endpoints(id, call) {
            const ready = await capabilities.endpoints.endpoints(id, call);
            const [, service] = [...backend.services].find(([name]) => name === ready[0]?.host) ?? [];
            const all = service?.instances.map(({ name }) => name) ?? [];
            return all.flatMap((instance) => (ready[0] === undefined ? [] : [{ ...ready[0], instance }]));
          },
        },
      },
    }),
  },
  {
    guarantee: "services",
    name: "an update that never becomes ready is as good as any",
    caughtBy: /never becomes ready/,
    verbs: ({ driver: { capabilities } }) => ({
      capabilities: {
        ...capabilities,
        services: {
          ...capabilities.services,
          update({ order, plan }, call) {
            const requests = plan.requests.map((request) => {
              const { readiness: _readiness, ...rest } = request as MemoryServiceRequest;
              return rest;
            });
            return capabilities.services.update({ order, plan: { ...plan, requests } }, call);
          },
        },
      },
    }),
  },
  {
    guarantee: "services",
    name: "tells nothing of how an instance ended",
    caughtBy: /again and again/,
    verbs: ({ driver }) => ({
      async inspect(ids, call) {
        const seen = await driver.inspect(ids, call);
        return seen.map((one) => {
          if (one.kind !== "service") return one;
          const instances = one.state.instances.map(({ lastEnding: _lastEnding, ...rest }) => rest);
          return { ...one, state: { ...one.state, instances } };
        });
      },
    }),
  },
  {
    guarantee: "G7",
    name: "a resume makes another service of it",
    caughtBy: /keeps its identity/,
    verbs: ({ driver: { capabilities }, backend }) => ({
      capabilities: {
        ...capabilities,
        services: {
          ...capabilities.services,
          async resume(id, call) {
            const [name, old] = [...backend.services].find(([, { request }]) => request.id === id) ?? [];
            if (name !== undefined && old !== undefined) {
              backend.drop(name);
              backend.createService({ ...old.request, specHash: `${old.request.specHash}x` }).fill();
            }
            return capabilities.services.resume(id, call);
          },
        },
      },
    }),
  },
  {
    guarantee: "G5",
    name: "a stopped service is started by the next start",
    caughtBy: /for good/,
    verbs: ({ driver, backend }) => ({
      async start(order, plan, call) {
        backend.services.get(plan.requests[0]?.name ?? "")?.resume();
        return driver.start(order, plan, call);
      },
    }),
  },
];
