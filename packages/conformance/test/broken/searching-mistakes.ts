import { MemoryError } from "@longshore/core/memory";
import type { Mistake } from "./break-driver.ts";

export const searchingMistakes: readonly Mistake[] = [
  {
    guarantee: "G7",
    name: "what it did not start itself is absent",
    caughtBy: /running work|ended work/,
    verbs: ({ driver }) => {
      const started = new Set<string>();
      return {
        start(order, plan, call) {
          started.add(order.spec.id);
          return driver.start(order, plan, call);
        },
        inspect: async (ids, call) =>
          (await driver.inspect(ids, call)).map((seen) => (started.has(seen.id) ? seen : { kind: "absent", id: seen.id })),
      };
    },
  },
  {
    guarantee: "G7",
    name: "logs of its own tasks only",
    caughtBy: /its log, from where another process was/,
    verbs: ({ driver }) => {
      const started = new Set<string>();
      return {
        start(order, plan, call) {
          started.add(order.spec.id);
          return driver.start(order, plan, call);
        },
        async *logs(id, query, call) {
          if (!started.has(id)) throw new MemoryError("no stream for it", { code: "not-found" });
          yield* driver.logs(id, query, call);
        },
      };
    },
  },
  {
    guarantee: "G7",
    name: "the list forgets what has ended",
    caughtBy: /the list shows/,
    verbs: ({ driver }) => ({
      async *list(filter, call) {
        for await (const found of driver.list(filter, call)) {
          if (found.kind !== "task" || found.state.phase !== "exited") yield found;
        }
      },
    }),
  },
  {
    guarantee: "G7",
    name: "the list knows no filter",
    caughtBy: /the list shows/,
    verbs: ({ driver }) => ({ list: (_filter, call) => driver.list({}, call) }),
  },
  {
    guarantee: "G7",
    name: "the log of what never was is empty",
    caughtBy: /an id that never was/,
    verbs: ({ driver }) => ({
      async *logs(id, query, call) {
        const [seen] = await driver.inspect([id], call);
        if (seen?.kind !== "absent") yield* driver.logs(id, query, call);
      },
    }),
  },
];
