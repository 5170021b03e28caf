import { expect, test } from "vitest";
import { Bench, type Done } from "./cli-kit.ts";
import { image, whyNoDocker } from "./engine.ts";

/** One line of ours on stderr with all of `parts` in it, nothing on stdout, no trace of a stack, nothing left behind. */
async function expectRefusal(
  bench: Bench,
  { code, stdout, stderr }: Done,
  wanted: number,
  ...parts: readonly string[]
): Promise<void> {
  expect(stderr).toMatch(/^longshore: [^\n]+\n$/);
  for (const part of parts) expect(stderr).toContain(part);
  expect(stderr).not.toMatch(/\bat \S+ \(|node:internal|\.ts:\d/);
  expect(stdout).toBe("");
  expect(code).toBe(wanted);
  expect(await bench.ps("--config", await bench.write("only-local.yaml", onlyLocal))).toEqual([]);
}
const onlyLocal = "runtimes: { local: { use: local-process } }\n";
const run = (...flags: readonly string[]): readonly string[] => ["run", ...flags, "--", "true"];

const cases: readonly (readonly [what: string, args: readonly string[], code: number, ...parts: readonly string[]])[] = [
  ["unknown runtime", run("--runtime", "locl"), 2, "runtime", '"locl"', "expected local, docker", "did you mean local?"],
  ["unparsable memory", run("--memory", "lots"), 2, "resources.memory", '"lots"', '"256Mi"'],
  ["memory without a unit", run("--memory", "256"), 2, "resources.memory", '"256"', '"256Mi"'],
  ["zero CPU", run("--cpu", "0"), 2, "resources.cpu", '"0"', "above zero"],
  ["negative CPU", run("--cpu", "-1"), 2, "resources.cpu", '"-1"', "above zero"],
  ["an id of 41 characters", run("--id", "a".repeat(41)), 2, "id", "at most 40"],
  ["an id with capitals", run("--id", "Build"), 2, "id", '"Build"', "lowercase"],
  ["a missing config file", run("--config", "none.yaml"), 2, "none.yaml", "no such file"],
  ["a missing spec file", ["run", "-f", "none.yaml"], 2, "none.yaml", "no such file"],
  ["an unparsable time limit", run("--timeout", "soon"), 2, "--timeout", '"soon"', '"5m"'],
  ["a time limit of nothing", run("--timeout", "0s"), 2, "timeoutMs", "got 0"],
  ["a variable without a value", run("--env", "LEVEL"), 2, "--env", '"LEVEL"', "KEY=VALUE"],
  ["a variable with no possible name", run("--env", "1A=b"), 2, "env", '"1A"'],
  ["a secret from nowhere", run("--secret", "TOKEN=hunter2"), 2, "--secret", "env:NAME or file:PATH"],
  ["a secret that is not set", run("--secret", "TOKEN=env:LONGSHORE_NO_SUCH"), 2, "LONGSHORE_NO_SUCH", "not set"],
  ["an unknown pull policy", run("--pull", "missin"), 2, "--pull", "always, missing, never", "did you mean missing?"],
  ["a relative working directory", run("--workdir", "tmp"), 2, "workingDirectory", "absolute"],
  ["an unknown platform", run("--platform", "amd64"), 2, "platform", "linux/amd64"],
  ["an unknown flag", run("--memry", "1Gi"), 2, "--memry", "--memory"],
  ["an unknown subcommand", ["runn"], 2, "runn", "run"],
  ["a command before the dashes", ["run", "echo", "hello"], 2, "echo", "--"],
  ["no id", ["inspect"], 2, "id"],
  ["an owner with a capital", ["ps", "--owner", "Me"], 2, "owner", '"Me"'],
  ["a cursor that is none", ["logs", "a1", "--since", "yesterday"], 2, "--since", '"yesterday"'],
  ["a negative tail", ["logs", "a1", "--tail", "-1"], 2, "--tail", '"-1"'],
  ["an unknown id", ["inspect", "nobody", "--runtime", "local"], 125, "nobody"],
  ["an unknown id to wait for", ["wait", "nobody", "--runtime", "local"], 125, "nobody"],
  ["an unknown id to stop", ["stop", "nobody", "--runtime", "local"], 125, "nobody"],
  ["an unknown id with logs", ["logs", "nobody", "--runtime", "local"], 125, "nobody"],
  ["an image for processes", run("--runtime", "local", "--image", "busybox"), 2, "image"],
  ["a command that does not exist", ["run", "--", "/no/such/program"], 125, "command", "does not exist"],
];

for (const [what, args, code, ...parts] of cases) {
  test(`${what} is refused in one line`, async () => {
    await using bench = await Bench.open();
    await expectRefusal(bench, await bench.run(args), code, ...parts);
  });
}

const configs: readonly (readonly [what: string, text: string | Uint8Array, ...parts: readonly string[]])[] = [
  [
    "an unknown key",
    "runtime: { local: { use: local-process } }",
    'unknown key "runtime"',
    "expected owner, default, store, runtimes",
    "did you mean runtimes?",
  ],
  [
    "an unknown key of a runtime",
    "runtimes: { local: { use: local-process, stateDri: /tmp } }",
    "runtimes.local",
    "stateDri",
    "stateDir",
  ],
  ["a list for a config", "- local", "got [", "expected a mapping"],
  ["text for a config", "just words", '"just words"', "expected a mapping"],
  ["an empty config", "", "expected a mapping"],
  ["YAML that is none", "runtimes:\n  local: { use: local-process\n", "line", "column"],
  [
    "a variable that is not set",
    "runtimes: { local: { use: local-process, stateDir: '${LONGSHORE_NO_SUCH}' } }",
    "runtimes.local.stateDir",
    "LONGSHORE_NO_SUCH",
  ],
  ["a variable without a name", "owner: '${}'\nruntimes: { local: { use: local-process } }", "owner", "${NAME}"],
  [
    "an unknown plugin",
    "runtimes: { local: { use: local-proces } }",
    "runtimes.local.use",
    '"local-proces"',
    "did you mean local-process?",
  ],
  ["no plugin", "runtimes: { local: {} }", "runtimes.local.use", "expected the name of a plugin"],
  ["a package that is no plugin", "runtimes: { local: { use: commander } }", "runtimes.local.use", "exports no plugin"],
  ["a path for a plugin", "runtimes: { local: { use: ./evil.js } }", "runtimes.local.use", "no plugin"],
  ["a value of the wrong kind", "owner: 7\nruntimes: { local: { use: local-process } }", "owner", "got 7", "lowercase"],
  [
    "a default that is nowhere",
    "default: remote\nruntimes: { local: { use: local-process } }",
    "default",
    '"remote"',
    "expected local",
  ],
  ["no runtimes at all", "runtimes: {}", "runtimes", "at least one"],
  ["a name with a capital", "runtimes: { Local: { use: local-process } }", "runtimes.Local", '"Local"', "lowercase"],
  ["a builtin of Node", "runtimes: { local: { use: fs } }", "runtimes.local.use", 'no plugin "fs"'],
  ["two documents", "owner: a\n---\nowner: b\n", "multiple documents"],
  ["nesting without end", `a: ${"[".repeat(50_000)}`, "nested too deeply"],
  ["a key twice", "owner: a\nowner: b\nruntimes: { local: { use: local-process } }", "line 2", "unique"],
  [
    "aliases without end",
    `a: &a [x,x,x,x,x,x,x,x,x]\n${["b", "c", "d", "e", "f"].map((name, at) => `${name}: &${name} [${Array(9).fill(`*${"abcde"[at]}`).join(",")}]`).join("\n")}`,
    "alias",
  ],
  ["an alias within itself", "owner: &a [*a]", ".yaml"],
  ["a config of two megabytes", `# ${"x".repeat(2_000_000)}`, "larger than"],
  ["a config that is no text", new Uint8Array([0xff, 0xfe, 0x80]), "UTF-8"],
];

for (const [what, text, ...parts] of configs) {
  test(`${what} in the config is refused in one line`, async () => {
    await using bench = await Bench.open();
    await bench.write("bad.yaml", text);
    await expectRefusal(bench, await bench.run(run("--config", "bad.yaml")), 2, "bad.yaml", ...parts);
  });
}

const specs: readonly (readonly [what: string, text: string, ...parts: readonly string[]])[] = [
  ["an environment value of 1 MiB", `command: [env]\nenv: { BIG: ${"x".repeat(1_048_576)} }`, "env.BIG", "1048576"],
  ["a NUL byte in a variable", 'command: [env]\nenv: { A: "x\\0y" }', "env.A", "NUL"],
  ["a raw NUL byte", "command: [env]\nenv: { A: x\0y }", "spec.yaml"],
  ["a NUL byte in an argument", 'command: [echo, "\\0"]', "command.1", "NUL"],
  ["an unknown key", "comand: [env]", "comand", "did you mean command?"],
  ["a command that is no list", "command: echo hello", "command", "expected a list"],
  ["a list for a spec", "- echo", "expected a mapping"],
  ["a service", "kind: service\ncommand: [env]", "kind", "expected task"],
  ["a number for a variable", "command: [env]\nenv: { PORT: 8080 }", "env.PORT", "got 8080", "expected text"],
  ["options for nobody", "command: [env]\noptions: { dcker: {} }", "options.dcker", "did you mean docker?"],
];

for (const [what, text, ...parts] of specs) {
  test(`${what} in a spec is refused in one line`, async () => {
    await using bench = await Bench.open();
    await bench.write("spec.yaml", text);
    await expectRefusal(bench, await bench.run(["run", "-f", "spec.yaml", "--runtime", "local"]), 2, ...parts);
  });
}

test("an id that has another spec already is refused, and what bears it lives on", async () => {
  await using bench = await Bench.open();
  await bench.run(["run", "--id", "a1", "--detach", "--", "sleep", "30"]);
  const { code, stderr } = await bench.run(["run", "--id", "a1", "--", "sleep", "31"]);
  expect(stderr).toMatch(/^longshore: [^\n]*a1[^\n]*another spec[^\n]*\n$/);
  expect(code).toBe(2);
  expect(await bench.ps("--runtime", "local")).toMatchObject([{ id: "a1", phase: "running" }]);
});

test("an engine that is down is told of in one line", async () => {
  await using bench = await Bench.open({ DOCKER_HOST: "unix:///nowhere/docker.sock" });
  await expectRefusal(bench, await bench.run(run("--image", "busybox")), 125, "docker: unavailable");
  await expectRefusal(bench, await bench.run(["ps", "--runtime", "docker"]), 125, "docker: unavailable");
  await expectRefusal(bench, await bench.run(["inspect", "nobody"]), 125, "nobody is not on local", "docker: unavailable");
  await expectRefusal(bench, await bench.run(["rm", "nobody"]), 125, "nobody is not on local", "docker: unavailable");
});

test("an engine that is down keeps nobody from what is elsewhere", async () => {
  await using bench = await Bench.open({ DOCKER_HOST: "unix:///nowhere/docker.sock" });
  await bench.run(["run", "--id", "a1", "--keep", "--", "true"]);
  expect(await bench.run(["inspect", "a1", "--json"])).toMatchObject({ code: 0, stderr: "" });
  const { code, stdout, stderr } = await bench.run(["ps"]);
  expect(stdout).toContain("a1");
  expect(stderr).toMatch(/^longshore: docker: unavailable[^\n]*\n$/);
  expect(code).toBe(0);
});

test("an unknown image is told of in one line, and leaves nothing", async (context) => {
  const obstacle = await whyNoDocker();
  if (obstacle !== undefined) return context.skip(obstacle);
  await using bench = await Bench.open();
  await expectRefusal(
    bench,
    await bench.run(run("--image", "127.0.0.1:9/nobody/nothing:none")),
    125,
    "127.0.0.1:9/nobody/nothing:none",
  );
  await expectRefusal(
    bench,
    await bench.run(run("--image", "longshore-nothing:none", "--pull", "never")),
    125,
    "longshore-nothing:none",
  );
  await expectRefusal(bench, await bench.run(["run", "--image", image, "--", "/no/such"]), 125, "command", "does not exist");
  expect(await bench.ps()).toEqual([]);
});

test("--json tells errors as objects on stderr", async () => {
  await using bench = await Bench.open();
  const { code, stdout, stderr } = await bench.run(["inspect", "nobody", "--runtime", "local", "--json"]);
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: "not-found", message: expect.stringContaining("nobody") as string },
  });
  expect([code, stdout]).toEqual([125, ""]);
});
