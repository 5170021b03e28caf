import assert from "node:assert/strict";
import { specHash, type TaskSpec, type WorkloadSpec, workloadId } from "@longshore/core";
import { expect, test } from "vitest";
import { toProcessRequest } from "../src/to-process-request.ts";
import { Scratch, anId } from "./scratch.ts";

const facts = { platform: "linux/amd64", user: "me", uid: 1000, gid: 100 };
const id = workloadId("a");
const planOf = (rest: Partial<TaskSpec>) => {
  const spec: TaskSpec = { kind: "task", id, command: ["true"], ...rest };
  return toProcessRequest(
    { spec, resources: (rest.resources ?? {}) as object, specHash: specHash(spec, {}), options: {} },
    facts,
  );
};

test("entrypoint and command are one command line; the request names secrets and holds no value", () => {
  const plan = planOf({
    entrypoint: ["sh", "-c"],
    command: ["echo"],
    env: { A: "1" },
    secrets: { B: { resolve: "key", as: "file" } },
    workingDirectory: "/w",
    timeoutMs: 5,
    pendingTimeoutMs: 6,
    stopGraceMs: 7,
    labels: { team: "blue" },
    user: "me",
    platform: "linux/amd64",
  });
  expect(plan).toEqual({
    problems: [],
    adjustments: [],
    requests: [
      {
        argv: ["sh", "-c", "echo"],
        env: { A: "1" },
        secrets: { B: { resolve: "key", as: "file" } },
        workingDirectory: "/w",
        timeoutMs: 5,
        pendingTimeoutMs: 6,
        graceMs: 7,
      },
    ],
  });
});

test.each<[path: string, message: RegExp, Partial<TaskSpec>]>([
  ["image", /takes no image; leave image out/, { image: "alpine" }],
  ["command", /name a program/, { command: [] }],
  ["command", /name a program/, { command: [""] }],
  ["identity", /leave identity out/, { identity: { taskRole: "r" } }],
  ["tty", /leave tty out/, { tty: true }],
  ["stdin", /leave stdin out/, { stdin: true }],
  ["mounts", /instead of mounts/, { mounts: [{ volume: "v", path: "/v" }] }],
  ["resources.gpu", /leave gpu out/, { resources: { gpu: 1 } }],
  ["user", /runs as me \(1000:100\)/, { user: "root" }],
  ["user", /runs as me/, { user: "me:0" }],
  ["platform", /this machine is linux\/amd64/, { platform: "linux/arm64" }],
  ["secrets.S", /expected resolve instead of backend/, { secrets: { S: { backend: "arn", as: "env" } } }],
  ["secrets", /S is set twice/, { env: { S: "1" }, secrets: { S: { resolve: "s", as: "env" } } }],
  ["secrets", /S_FILE is set twice/, { secrets: { S: { resolve: "s", as: "file" }, S_FILE: { resolve: "s", as: "env" } } }],
  ["env.LONGSHORE_WORKLOAD", /name is taken/, { env: { LONGSHORE_WORKLOAD: "1" } }],
])("%s is refused: %s", (path, message, rest) => {
  const { problems, requests } = planOf(rest);
  expect(problems).toEqual([{ path, message: expect.stringMatching(message) }]);
  assert.deepEqual(requests, []);
});

test.each<[path: string, Partial<TaskSpec>]>([
  ["resources.cpu", { resources: { cpu: 1 } }],
  ["resources.memory", { resources: { memory: "1Gi" } }],
  ["resources.ephemeralStorage", { resources: { ephemeralStorage: "1Gi" } }],
  ["registryCredentials", { registryCredentials: { resolve: "r" } }],
  ["pullPolicy", { pullPolicy: "always" }],
  ["init", { init: true }],
  ["hardening", { hardening: { readOnlyRoot: true } }],
  ["ports", { ports: [{ port: 80 }] }],
  ["interruptible", { interruptible: true }],
])("%s has no effect, which is reported", (path, rest) => {
  const { problems, adjustments, requests } = planOf(rest);
  assert.deepEqual(problems, []);
  expect(adjustments).toEqual([{ path, from: expect.anything(), reason: expect.stringMatching(/./) }]);
  assert.equal(requests.length, 1);
});

test("the user may be given by number, with the group", () => {
  for (const user of ["1000", "me:100", "1000:100"]) assert.deepEqual(planOf({ user }).problems, []);
});

test("services, and keys in the options that nobody knows, are refused", async () => {
  const service: WorkloadSpec = { kind: "service", id, command: ["true"] };
  const plan = toProcessRequest({ spec: service, resources: {}, specHash: "", options: {} }, facts);
  expect(plan.problems).toEqual([{ path: "kind", message: expect.stringMatching(/tasks only/) }]);
  await using box = new Scratch();
  const runtime = await box.open();
  const { problems } = await runtime.plan({
    kind: "task",
    id: anId(),
    command: ["true"],
    options: { "local-process": { shell: true } },
  });
  assert.equal(problems.length, 1);
});
