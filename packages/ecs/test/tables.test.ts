import type { Service as EcsService, Task as EcsTask } from "@aws-sdk/client-ecs";
import { workloadId } from "@longshore/core";
import { describe, expect, test } from "vitest";
import { mapService } from "../src/map-ecs-service.ts";
import { mapTaskState } from "../src/map-task-state.ts";

const at = new Date("2026-01-01T00:00:00Z");
const ended = (more: Partial<EcsTask>, exitCode?: number): EcsTask => ({
  lastStatus: "STOPPED",
  desiredStatus: "STOPPED",
  startedAt: at,
  stoppedAt: at,
  executionStoppedAt: at,
  stopCode: "EssentialContainerExited",
  containers: [{ name: "main", ...(exitCode !== undefined && { exitCode }) }],
  ...more,
});

describe("what ECS says of a task, and what became of it", () => {
  test.each([
    ["code 0", ended({}, 0), { outcome: "succeeded", exit: { code: 0 } }],
    ["another code", ended({}, 3), { outcome: "failed", exit: { code: 3 }, diagnosis: { code: "exit-code" } }],
    ["no code at all", ended({}), { outcome: "failed", diagnosis: { code: "exit-unknown" } }],
    [
      "our own reason",
      ended({ stopCode: "UserInitiated", stoppedReason: "longshore: stopped" }, 0),
      { outcome: "stopped", diagnosis: { code: "stopped" } },
    ],
    [
      "our time limit",
      ended({ stopCode: "UserInitiated", stoppedReason: "longshore: timed-out" }, 143),
      { outcome: "timed-out", diagnosis: { code: "time-limit" } },
    ],
    [
      "somebody else's stop, trapped",
      ended({ stopCode: "UserInitiated", stoppedReason: "Task stopped by user" }, 0),
      { outcome: "failed", diagnosis: { code: "interrupted" } },
    ],
    [
      "Spot",
      ended({ stopCode: "SpotInterruption" }, 0),
      { outcome: "failed", diagnosis: { code: "interrupted", retryable: true } },
    ],
    [
      "a code that ECS gains later",
      ended({ stopCode: "SomethingNew" as never, stoppedReason: "who knows" }, 0),
      { outcome: "failed", diagnosis: { code: "platform-fault" } },
    ],
    [
      "out of memory",
      ended({ containers: [{ name: "main", exitCode: 137, reason: "OutOfMemoryError: Container killed due to memory usage" }] }),
      { outcome: "failed", exit: { code: 137, oomKilled: true }, diagnosis: { code: "out-of-memory" } },
    ],
    [
      "a sidecar's code is not the program's",
      ended({ containers: [{ name: "other", exitCode: 0 }, { name: "main" }] }),
      { outcome: "failed", diagnosis: { code: "exit-unknown" } },
    ],
  ])("%s", (_, task, expected) => {
    const state = mapTaskState(task);
    expect(state).toMatchObject({ phase: "exited", ...expected });
    // Never made up, and never left out.
    const main = task.containers?.find(({ name }) => name === "main");
    expect("exit" in state).toBe(main?.exitCode !== undefined);
  });

  test.each([
    ["PROVISIONING", "RUNNING", "pending"],
    ["RUNNING", "RUNNING", "running"],
    ["DEACTIVATING", "STOPPED", "stopping"],
    ["STOPPING", "STOPPED", "stopping"],
  ])("%s, wanted %s, is %s", (lastStatus, desiredStatus, phase) => {
    expect(mapTaskState({ lastStatus, desiredStatus })).toMatchObject({ phase });
  });
  test("a task that is deprovisioned has ended once ECS says when", () => {
    const task = ended({ lastStatus: "DEPROVISIONING" }, 0);
    expect(mapTaskState(task)).toMatchObject({ phase: "exited", outcome: "succeeded" });
    const { executionStoppedAt: _, ...early } = task;
    expect(mapTaskState(early)).toMatchObject({ phase: "stopping" });
  });
});

describe("what ECS says of a service", () => {
  const record = { id: workloadId("web"), kind: "service", family: "f", specHash: "h", createdAt: 0, name: "r" } as const;
  const facts = { labels: {}, graceMs: 0, specHash: "h", replicas: 1, probed: false, ports: [] };
  const stateOf = (tasks: readonly EcsTask[], service: EcsService = { desiredCount: 1, taskDefinition: "f:1" }) =>
    mapService(record, { service, facts, tasks }).state;
  const running = { taskArn: "t/two", lastStatus: "RUNNING", desiredStatus: "RUNNING", taskDefinitionArn: "f:1" } as const;
  const fallen = ended({ taskArn: "t/one", taskDefinitionArn: "f:1" }, 7);

  test("between two tries there is what has fallen, and how", () => {
    const state = stateOf([fallen]);
    expect(state).toMatchObject({ ready: 0, restarts: 1, instances: [{ instance: "one", phase: "exited", ready: false }] });
    expect(state.instances[0]?.lastEnding).toMatchObject({ outcome: "failed", exit: { code: 7 } });
  });
  test("what came in its place bears its ending", () => {
    const state = stateOf([fallen, running]);
    expect(state).toMatchObject({ ready: 1, restarts: 1, instances: [{ instance: "two", phase: "running", restarts: 1 }] });
    expect(state.instances[0]?.lastEnding).toMatchObject({ exit: { code: 7 } });
  });
  test("what ECS ended itself is no restart, and a stopped service has nothing", () => {
    const replaced = ended({ taskArn: "t/one", stopCode: "ServiceSchedulerInitiated" }, 143);
    expect(stateOf([replaced, running])).toMatchObject({ restarts: 0, instances: [{ restarts: 0 }] });
    expect(stateOf([fallen], { desiredCount: 0 })).toMatchObject({ desired: 0, instances: [] });
  });
});
