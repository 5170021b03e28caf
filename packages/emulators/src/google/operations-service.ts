import type { GoogleCall, GoogleService } from "./google-service.ts";
import type { OperationStore } from "./operation-store.ts";
import { paginate, type PageRequest } from "./paginate.ts";

/** What the service waits at most where the caller names no limit, and however long it may be. */
const longestWaitSeconds = 30 * 60;
const operation = "/v2/{name=projects/*/locations/*/operations/*}";

/** google.longrunning.Operations, at the paths under which Cloud Run has it. */
export const operationsService = (store: OperationStore): GoogleService => ({
  fullName: "google.longrunning.Operations",
  name: "run",
  methods: {
    GetOperation: ({ name }: { name: string }) => store.get(name),
    WaitOperation: ({ name, timeout }: { name: string; timeout?: string }, { signal }: GoogleCall) => {
      const seconds = timeout === undefined ? longestWaitSeconds : Math.min(Number.parseFloat(timeout), longestWaitSeconds);
      return store.wait(name, seconds * 1000, signal);
    },
    ListOperations: ({ name, ...request }: PageRequest & { name: string }) => {
      const { items: operations, ...rest } = paginate(store.list(name), request);
      return { operations, ...rest };
    },
    DeleteOperation: ({ name }: { name: string }) => (store.delete(name), {}),
  },
  paths: {
    GetOperation: [{ verb: "GET", template: operation }],
    WaitOperation: [{ verb: "POST", template: `${operation}:wait`, body: "*" }],
    ListOperations: [{ verb: "GET", template: "/v2/{name=projects/*/locations/*}/operations" }],
    DeleteOperation: [{ verb: "DELETE", template: operation }],
  },
});
