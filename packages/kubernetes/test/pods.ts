import type { V1Pod } from "../src/objects.ts";

const at = (seconds: number): Date => new Date(Date.UTC(2026, 10, 21, 9, 0, seconds));

/** A pod of ours as the API server gives it, with a status of its own. */
export function podWith(status: NonNullable<V1Pod["status"]>, more: Partial<V1Pod> = {}): V1Pod {
  const labels = { "longshore/owner": "o", "longshore/id": "a", "longshore/kind": "task", team: "blue" };
  return {
    metadata: {
      name: "o-a",
      namespace: "n",
      uid: "12345678-9abc",
      labels,
      annotations: { "longshore/hash": "v1:x" },
      creationTimestamp: at(0),
      ...more.metadata,
    },
    spec: { nodeName: "node", terminationGracePeriodSeconds: 10, containers: [{ name: "main", image: "i" }], ...more.spec },
    status: { startTime: at(1), ...status },
  };
}
/** The program's container in this state. */
export const container = (
  state: NonNullable<NonNullable<V1Pod["status"]>["containerStatuses"]>[number]["state"],
): NonNullable<V1Pod["status"]> => ({
  phase: "Running",
  containerStatuses: [
    { name: "main", image: "i", imageID: "", ready: false, restartCount: 0, ...(state !== undefined && { state }) },
  ],
});
export const ended = (exitCode: number, reason: string, message?: string): NonNullable<V1Pod["status"]> =>
  container({
    terminated: {
      exitCode,
      reason,
      startedAt: at(2),
      finishedAt: at(3),
      containerID: "docker://x",
      ...(message !== undefined && { message }),
    },
  });
export const running: NonNullable<V1Pod["status"]> = container({ running: { startedAt: at(2) } });
export const waiting = (reason: string, message: string): NonNullable<V1Pod["status"]> => ({
  ...container({ waiting: { reason, message } }),
  phase: "Pending",
});
