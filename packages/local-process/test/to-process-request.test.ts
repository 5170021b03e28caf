import assert from "node:assert/strict";
import { type ServiceSpec, specHash, type TaskSpec, workloadId } from "@longshore/core";
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
const serviceOf = (rest: Partial<ServiceSpec>) => {
  const spec: ServiceSpec = { kind: "service", id, command: ["true"], ...rest };
  return toProcessRequest({ spec, resources: {}, specHash: "", options: {} }, facts);
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
    ports: [{ port: 80 }],
    stdin: true,
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
        labels: { team: "blue" },
        workingDirectory: "/w",
        ports: [{ port: 80 }],
        stdin: true,
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

test("what a service leaves out is said in its request", () => {
  expect(serviceOf({}).requests).toMatchObject([
    { service: { replicas: 1, restart: "always", rolling: true, readyMs: 600_000, drainMs: 2_000 } },
  ]);
  const readiness = { port: 80, path: "/", timeoutMs: 5 };
  const asked = { replicas: 3, restart: "on-failure", readiness, update: "recreate", drainMs: 1, ports: [{ port: 80 }] } as const;
  expect(serviceOf(asked).requests).toMatchObject([
    { service: { replicas: 3, restart: "on-failure", readiness, rolling: false, readyMs: 5, drainMs: 1 } },
  ]);
});

test.each<[path: string, message: RegExp, Partial<ServiceSpec>]>([
  [
    "ports.1.publish",
    /one instance at a time/,
    { ports: [{ port: 80 }, { port: 81, publish: 8081 }], update: "recreate", replicas: 2 },
  ],
  ["ports.0.publish", /one instance at a time/, { ports: [{ port: 81, publish: 8081 }] }],
  ["readiness.port", /one that ports declares/, { readiness: { port: 80 } }],
])("of a service, %s is refused: %s", (path, message, rest) => {
  expect(serviceOf(rest).problems).toEqual([{ path, message: expect.stringMatching(message) }]);
});

test("a probe over tcp of a port over udp is told of at both", () => {
  const { problems } = serviceOf({ readiness: { port: 80 }, ports: [{ port: 81 }, { port: 80, protocol: "udp" }] });
  expect(problems).toEqual([
    { path: "readiness.port", message: expect.stringMatching(/over tcp/) },
    { path: "ports.1.protocol", message: expect.stringMatching(/over tcp; expected tcp/) },
  ]);
});

test("a fixed port is for one instance, which goes before the next one comes", () => {
  assert.deepEqual(serviceOf({ ports: [{ port: 80, publish: 8080 }], update: "recreate" }).problems, []);
});

test("keys in the options that nobody knows are refused", async () => {
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
