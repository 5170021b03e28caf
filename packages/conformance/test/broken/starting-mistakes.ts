import { randomUUID } from "node:crypto";
import { type MemoryRecord, memoryTask } from "@longshore/core/memory";
import type { Mistake } from "./break-driver.ts";

export const startingMistakes: readonly Mistake[] = [
  {
    guarantee: "G1",
    name: "a random native name for each start",
    caughtBy: /ten at once|the same spec again/,
    verbs: ({ driver }) => ({
      start: (order, plan, call) => {
        const requests = plan.requests.map((request) => ({ ...request, name: `${request.name}-${randomUUID()}` }));
        return driver.start(order, { ...plan, requests }, call);
      },
    }),
  },
  {
    guarantee: "G1",
    name: "looks first, then creates under a name that the backend gives out",
    caughtBy: /ten at once/,
    verbs: ({ backend, driver, faults, host }) => ({
      async start(order, plan, call) {
        const bears = ({ request }: MemoryRecord): boolean => request.owner === host.owner && request.id === order.spec.id;
        const found = await faults.around("start.look", () => [...backend.records.values()].find(bears));
        const requests = plan.requests.map((request) => ({
          ...request,
          name: found?.request.name ?? `${request.name}-${randomUUID()}`,
        }));
        return driver.start(order, { ...plan, requests }, call);
      },
    }),
  },
  {
    guarantee: "G1",
    name: "runs the program again after its end",
    caughtBy: /the same spec after its end/,
    verbs: ({ backend, driver }) => ({
      async start(order, plan, call) {
        const name = plan.requests[0]?.name ?? "";
        if (backend.records.get(name)?.finishedAt !== undefined) backend.drop(name);
        return driver.start(order, plan, call);
      },
    }),
  },
  {
    guarantee: "G1",
    name: "after a lost answer, tries again without a look and under another name",
    caughtBy: /an answer that never came back/,
    verbs: ({ driver }) => ({
      async start(order, plan, call) {
        try {
          return await driver.start(order, plan, call);
        } catch (error) {
          if (driver.classify(error)?.ambiguous !== true) throw error;
          const requests = plan.requests.map((request) => ({ ...request, name: `${request.name}-${randomUUID()}` }));
          return driver.start(order, { ...plan, requests }, call);
        }
      },
    }),
  },
  {
    guarantee: "G1",
    name: "takes what is there for what was asked for",
    caughtBy: /another spec under the same id/,
    verbs: ({ backend, driver }) => ({
      async start(order, plan, call) {
        const found = backend.records.get(plan.requests[0]?.name ?? "");
        if (found === undefined) return driver.start(order, plan, call);
        return { ...memoryTask(found), specHash: order.specHash };
      },
    }),
  },
  {
    guarantee: "G1",
    name: "takes away what somebody else began, and begins anew",
    caughtBy: /the same spec again|ten at once|killed at any step of start/,
    verbs: ({ backend, driver }) => {
      const own = new Set<string>();
      return {
        async start(order, plan, call) {
          const name = plan.requests[0]?.name ?? "";
          const found = backend.records.get(name);
          if (found?.finishedAt === undefined && !own.has(name)) backend.drop(name);
          own.add(name);
          return driver.start(order, plan, call);
        },
      };
    },
  },
];
