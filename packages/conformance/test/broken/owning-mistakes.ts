import type { Mistake } from "./break-driver.ts";

export const owningMistakes: readonly Mistake[] = [
  {
    guarantee: "G8",
    name: "finds by id alone, and takes away whatever bears it",
    caughtBy: /touches nobody else's/,
    verbs: ({ backend, driver }) => ({
      async remove(id, call) {
        await driver.remove(id, call);
        for (const [name, { request }] of [...backend.records, ...backend.services]) if (request.id === id) backend.drop(name);
      },
    }),
  },
  {
    guarantee: "G8",
    name: "takes an own workload for an orphan",
    caughtBy: /two owners|takes what a start/,
    verbs: ({ driver }) => ({
      async *list(filter, call) {
        for await (const found of driver.list(filter, call)) {
          yield found;
          if (found.kind !== "task") continue;
          const { id, nativeId } = found;
          yield { kind: "leftover", id, nativeId, what: "volume", createdAt: "2020-01-01T00:00:00Z" as typeof found.createdAt };
        }
      },
    }),
  },
  {
    guarantee: "G8",
    name: "tells no deadline, so that no sweep finds what is past its time",
    caughtBy: /past its time limit/,
    verbs: ({ driver }) => ({
      async *list(filter, call) {
        for await (const found of driver.list(filter, call)) {
          if (found.kind !== "task") yield found;
          else {
            const { deadline: _deadline, ...rest } = found;
            yield rest;
          }
        }
      },
    }),
  },
];
