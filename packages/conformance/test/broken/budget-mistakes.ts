import type { Mistake } from "./break-driver.ts";

export const budgetMistakes: readonly Mistake[] = [
  {
    guarantee: "G10",
    name: "a look for each workload",
    caughtBy: /waiting for 24/,
    harness: { watch: false },
    verbs: ({ driver }) => ({
      inspect: async (ids, call) => (await Promise.all(ids.map((id) => driver.inspect([id], call)))).flat(),
    }),
  },
  {
    guarantee: "G10",
    name: "requests that ask no limiter",
    caughtBy: /at the limiter/,
    verbs: ({ backend, driver, faults }) => ({
      async start(order, plan, call) {
        const [request] = plan.requests;
        if (request?.kind === "task") await faults.around("start.create", () => backend.create(request));
        return driver.start(order, plan, call);
      },
    }),
  },
];
