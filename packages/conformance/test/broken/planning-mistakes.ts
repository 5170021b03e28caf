import type { Mistake } from "./break-driver.ts";

export const planningMistakes: readonly Mistake[] = [
  {
    guarantee: "G12",
    name: "reports no adjustment",
    caughtBy: /every field of a task/,
    verbs: ({ driver }) => ({ plan: (order) => ({ ...driver.plan(order), adjustments: [] }) }),
  },
  {
    guarantee: "G12",
    name: "a grace of its own",
    caughtBy: /every field of a task/,
    verbs: ({ driver }) => ({
      plan(order) {
        const plan = driver.plan(order);
        return { ...plan, requests: plan.requests.map((request) => ({ ...request, stopGraceMs: 10_000 })) };
      },
    }),
  },
  {
    guarantee: "G12",
    name: "always as many instances as it likes",
    caughtBy: /every field of a service/,
    verbs: ({ driver }) => ({
      plan(order) {
        const plan = driver.plan(order);
        return { ...plan, requests: plan.requests.map((request) => ({ ...request, replicas: 1 })) };
      },
    }),
  },
];
