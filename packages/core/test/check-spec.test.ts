import { checkSpec } from "../src/index.ts";
import { describe, expect, test } from "vitest";

const task = { kind: "task", id: "a" };

describe("a spec is refused with the path, what was found and what would be right", () => {
  test.each<[string, unknown, string, RegExp]>([
    ["an id of 41 characters", { ...task, id: "a".repeat(41) }, "id", /at most 40/],
    ["capitals", { ...task, id: "Abc" }, "id", /lowercase/],
    ["an unknown key", { ...task, comand: ["x"] }, "comand", /did you mean command\?/],
    ["an unknown key inside", { ...task, resources: { mem: "1Gi" } }, "resources.mem", /memory/],
    ["memory without unit", { ...task, resources: { memory: "lots" } }, "resources.memory", /256Mi/],
    ["no cpu", { ...task, resources: { cpu: 0 } }, "resources.cpu", /above zero/],
    ["negative cpu", { ...task, resources: { cpu: -1 } }, "resources.cpu", /above zero/],
    ["a NUL byte", { ...task, env: { A: "a\0b" } }, "env.A", /NUL/],
    ["a NUL byte in the command", { ...task, command: ["a", "\0"] }, "command.1", /NUL/],
    ["a variable of 1 MiB", { ...task, env: { A: "x".repeat(1_048_576) } }, "env.A", /1048576 bytes.*131071/],
    ["a variable that is none", { ...task, env: { "A-B": "x" } }, "env", /letters, digits/],
    ["a number where text belongs", { ...task, env: { A: 1 } }, "env.A", /expected text/],
    ["a command that is no list", { ...task, command: "echo" }, "command", /a list/],
    ["a service's field on a task", { ...task, replicas: 2 }, "replicas", /unknown key/],
    ["a secret's value", { ...task, secrets: { K: "hunter2" } }, "secrets.K", /mapping/],
    ["a secret with two sources", { ...task, secrets: { K: { backend: "a", resolve: "b", as: "env" } } }, "secrets.K", /either/],
    ["a label of ours", { ...task, labels: { "longshore.id": "x" } }, "labels", /longshore\./],
    ["a time limit of nothing", { ...task, timeoutMs: 0 }, "timeoutMs", /from|to/],
    ["a relative folder", { ...task, workingDirectory: "tmp" }, "workingDirectory", /absolute/],
    ["an odd pull policy", { ...task, pullPolicy: "allways" }, "pullPolicy", /did you mean always\?/],
    ["no id", { kind: "task" }, "id", /missing/],
    ["no mapping", ["x"], "", /mapping/],
    ["nothing", null, "", /mapping/],
  ])("%s", (_name, spec, path, message) => {
    const problems = checkSpec(spec);
    expect(problems.map((problem) => problem.path)).toContain(path);
    expect(problems.find((problem) => problem.path === path)?.message).toMatch(message);
  });
});

test("a value that is long is not repeated whole", () => {
  const [problem] = checkSpec({ ...task, image: ` ${"x".repeat(5000)}` });
  expect(problem?.message.length).toBeLessThan(250);
});

test("many variables, each small enough, are refused together", () => {
  const env = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`V${n}`, "x".repeat(100_000)]));
  expect(checkSpec({ ...task, env })).toEqual([{ path: "env", message: expect.stringMatching(/1048576/) as string }]);
});

test("everything that a spec may say passes", () => {
  const whole = {
    ...task,
    image: "registry.example:5000/team/app@sha256:abc",
    entrypoint: ["/bin/sh", "-c"],
    command: [""],
    env: { A: "" },
    secrets: { K: { resolve: "env:K", as: "file" }, L: { backend: "arn:x", as: "env" } },
    resources: { cpu: "500m", memory: "256Mi", ephemeralStorage: "1Gi", gpu: 1 },
    platform: "linux/arm64/v8",
    identity: { taskRole: "r" },
    registryCredentials: { resolve: "file:/c" },
    pullPolicy: "if-absent",
    workingDirectory: "/",
    user: "1000:1000",
    hardening: { readOnlyRoot: true, drop: ["ALL"], add: ["NET_RAW"], noNewPrivileges: false },
    ports: [{ port: 80, publish: 8080, protocol: "tcp" }],
    mounts: [{ volume: "v", path: "/data", readOnly: true }],
    labels: { "team.example/app": "x y" },
    options: { docker: {} },
    timeoutMs: 1,
    stopGraceMs: 0,
    interruptible: true,
  };
  expect(checkSpec(whole)).toEqual([]);
});
