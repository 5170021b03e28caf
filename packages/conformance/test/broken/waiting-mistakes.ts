import { neverAborted } from "@longshore/core/driver";
import type { Mistake } from "./break-driver.ts";

export const waitingMistakes: readonly Mistake[] = [
  {
    guarantee: "G9",
    name: "a log reading that hears no abort keeps its connection",
    caughtBy: /connections are freed/,
    harness: { patienceMs: 2000 },
    verbs: ({ driver }) => ({ logs: (id, query, call) => driver.logs(id, query, { ...call, signal: neverAborted() }) }),
  },
  {
    guarantee: "G9",
    name: "an aborted reading stops what it read",
    caughtBy: /what waits for a running program|leaving a for await/,
    verbs: ({ driver, backend, host }) => ({
      logs(id, query, call) {
        call.signal.addEventListener("abort", () => backend.records.get(`${host.owner}-${id}`)?.process?.signal("SIGKILL"));
        return driver.logs(id, query, call);
      },
    }),
  },
  {
    guarantee: "G9",
    name: "an aborted stop kills at once",
    caughtBy: /an aborted stop/,
    verbs: ({ driver, backend, host }) => ({
      stop(id, options, call) {
        call.signal.addEventListener("abort", () => backend.records.get(`${host.owner}-${id}`)?.process?.signal("SIGKILL"));
        return driver.stop(id, options, call);
      },
    }),
  },
  {
    guarantee: "G9",
    name: "closing takes its workloads with it",
    caughtBy: /closing ends what waits/,
    verbs: ({ backend, host }) => ({
      async [Symbol.asyncDispose]() {
        for (const { request, process } of backend.records.values()) if (request.owner === host.owner) process?.signal("SIGKILL");
      },
    }),
  },
];
