import { resolveSecrets } from "@longshore/core/driver";
import type { Mistake } from "./break-driver.ts";

export const secretMistakes: readonly Mistake[] = [
  {
    guarantee: "G11",
    name: "the value among the labels",
    caughtBy: /in a file reaches/,
    verbs: ({ driver, host }) => ({
      async start(order, plan, call) {
        const [secret] = await resolveSecrets(order.spec, host, call.signal);
        const requests = plan.requests.map((request) => ({
          ...request,
          labels: { ...request.labels, token: secret?.value ?? "" },
        }));
        return driver.start(order, { ...plan, requests }, call);
      },
    }),
  },
  {
    guarantee: "G11",
    name: "creates first and resolves afterwards",
    caughtBy: /cannot be resolved/,
    verbs: ({ backend, driver }) => ({
      start(order, plan, call) {
        const [request] = plan.requests;
        if (request?.kind === "task") backend.create(request);
        return driver.start(order, plan, call);
      },
      // It knows of no start, and so of nothing to take back.
      remove: async () => {},
    }),
  },
  {
    guarantee: "G11",
    name: "forgets the values once the first program has them",
    caughtBy: /has its secrets still/,
    verbs: ({ backend, driver }) => ({
      async start(order, plan, call) {
        const found = await driver.start(order, plan, call);
        backend.services.get(found.nativeId)?.fill([]);
        return found;
      },
    }),
  },
];
