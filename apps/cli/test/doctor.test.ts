import { chmod, readdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Bench, jsonLines } from "./cli-kit.ts";
import { onTerminal } from "./terminal.ts";
import { boundByPermissions } from "./bound-by-permissions.ts";

interface Case {
  readonly what: string;
  readonly config?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The one finding that is not fine. */
  readonly check: string;
  readonly message: readonly string[];
  readonly hint: string;
}
const local = "runtimes: { local: { use: local-process } }\n";
const docker = "runtimes: { engine: { use: docker } }\n";

const cases: readonly Case[] = [
  {
    what: "a config that is not there",
    args: ["--config", "none.yaml"],
    check: "config",
    message: ["none.yaml: there is no such file"],
    hint: "longshore init",
  },
  {
    what: "YAML that is none",
    config: "runtimes: {\n",
    check: "config",
    message: ["longshore.yaml: line 2, column 1"],
    hint: "longshore init",
  },
  {
    what: "a variable that is not set",
    config: "runtimes: { local: { use: local-process, stateDir: '${LONGSHORE_NO_SUCH}' } }\n",
    check: "config",
    message: ["runtimes.local.stateDir", "LONGSHORE_NO_SUCH is not set"],
    hint: "longshore init",
  },
  {
    what: "an unknown key",
    config: `stor: x\n${local}`,
    check: "config",
    message: ['unknown key "stor"', "did you mean store?"],
    hint: "longshore init",
  },
  {
    what: "an owner that is none",
    args: ["--owner", "Me"],
    check: "config",
    message: ['not an owner: "Me"'],
    hint: "correct it",
  },
  {
    what: "an unknown plugin",
    config: "runtimes: { local: { use: local-proces } }\n",
    check: "runtime local",
    message: ["runtimes.local.use", "did you mean local-process?"],
    hint: "correct this runtime's entry in the config",
  },
  {
    what: "a plugin that is not installed",
    config: "runtimes: { far: { use: '@acme/longshore-far' } }\n",
    check: "runtime far",
    message: ['no plugin "@acme/longshore-far" is installed', "npm install @acme/longshore-far in /"],
    hint: "correct this runtime's entry in the config",
  },
  {
    what: "a plugin's unknown key",
    config: "runtimes: { local: { use: local-process, stateDri: x } }\n",
    check: "runtime local",
    message: ["runtimes.local", "did you mean stateDir?"],
    hint: "correct this runtime's entry in the config",
  },
  {
    what: "an engine that is down",
    config: docker,
    env: { DOCKER_HOST: "unix:///nowhere/docker.sock" },
    check: "runtime engine",
    message: ["engine: unavailable: ", "/nowhere/docker.sock"],
    hint: "start the backend, or say where it is: DOCKER_HOST",
  },
  {
    what: "an engine at no possible place",
    config: docker,
    env: { DOCKER_HOST: "bogus" },
    check: "runtime engine",
    message: ['"bogus" is not supported'],
    hint: "correct",
  },
  {
    what: "a folder for state that is below a file",
    config: "runtimes: { local: { use: local-process, stateDir: longshore.yaml/x } }\n",
    check: "runtime local",
    message: ["ENOTDIR"],
    hint: "name another folder with LONGSHORE_STATE_DIR or stateDir",
  },
  {
    what: "a store that is below a file",
    config: `store: longshore.yaml/x\n${local}`,
    check: "store",
    message: ["ENOTDIR"],
    hint: "name a folder that this user may write as store",
  },
  {
    what: "a runtime that nobody configured",
    config: local,
    args: ["--runtime", "locl"],
    check: "runtime locl",
    message: ['no runtime "locl"', "expected local"],
    hint: "longshore runtimes shows which there are",
  },
  {
    what: "a spec file that is not there",
    config: local,
    args: ["-f", "none.yaml"],
    check: "specs",
    message: ["none.yaml: there is no such file"],
    hint: "longshore up --help",
  },
];

for (const { what, config, args = [], env = {}, check, message, hint } of cases) {
  test(`doctor finds ${what}`, async () => {
    await using bench = await Bench.open();
    if (config !== undefined) await bench.write("longshore.yaml", config);
    const { code, stdout, stderr } = await bench.run(["doctor", "--json", ...args], env);
    expect([code, stderr]).toEqual([125, ""]);
    const findings = jsonLines(stdout);
    const [bad, ...more] = findings.filter(({ state }) => state !== "ok");
    expect(more).toEqual([]);
    expect(bad).toMatchObject({ check, state: "bad", hint: expect.stringContaining(hint) as string });
    for (const part of message) expect(bad?.["message"]).toContain(part);
    const { stdout: text } = await bench.run(["doctor", ...args], env);
    expect(text.split("\n").filter((line) => line.startsWith("bad "))).toEqual([
      expect.stringMatching(new RegExp(`^bad {3}${check}: .+; `)) as string,
    ]);
    expect(text.trimEnd().split("\n")).toHaveLength(findings.length);
    await bench.write("longshore.yaml", local);
  });
}

test("doctor is content where everything is there", async () => {
  await using bench = await Bench.open();
  const bare = await bench.run(["doctor", "--runtime", "local"]);
  expect(bare).toMatchObject({ code: 0, stderr: "" });
  expect(bare.stdout).toMatch(
    /^ok {4}node: \d+\.\d+\.\d+, 22\.19 or newer is needed\nok {4}config: none; the built-in one holds/,
  );
  expect(bare.stdout).toMatch(/^ok {4}store: none; /m);
  expect(bare.stdout).toMatch(/^ok {4}disk: \d+ MiB free for state at /m);
  expect(bare.stdout).toMatch(/^ok {4}runtime local: opens and answers in \d+ ms$/m);
  await bench.write("longshore.yaml", `store: deep/store\n${local}`);
  const { code, stdout } = await bench.run(["doctor", "--json"]);
  expect(code).toBe(0);
  expect(jsonLines(stdout).map(({ check }) => check)).toEqual(["node", "config", "store", "disk", "runtime local"]);
  for (const finding of jsonLines(stdout)) expect(finding).toMatchObject({ state: "ok", hint: null });
  expect((await readdir(bench.folder)).toSorted()).toEqual(["longshore.yaml", "state"]);
});

test("doctor -f looks for the secrets of a file, and shows none", async () => {
  await using bench = await Bench.open();
  const uses = "A: { resolve: 'env:IS_SET', as: file }, B: { resolve: 'env:NOT_SET', as: file }, C: { backend: there, as: env }";
  await bench.write("longshore.yaml", local);
  await bench.write("spec.yaml", `kind: task\nid: t1\ncommand: [env]\nsecrets: { ${uses} }\n`);
  const env = { IS_SET: "hunter2-hunter2" };
  const { code, stdout } = await bench.run(["doctor", "-f", "spec.yaml", "--json"], env);
  expect(jsonLines(stdout).slice(-4)).toMatchObject([
    { check: "specs", state: "ok", message: "spec.yaml: t1 on local" },
    { check: "secret A of t1", state: "ok", message: "env:IS_SET is there" },
    {
      check: "secret B of t1",
      state: "bad",
      message: expect.stringContaining("NOT_SET is not set") as string,
      hint: expect.stringContaining("set the variable") as string,
    },
    { check: "secret C of t1", state: "ok" },
  ]);
  expect(stdout).not.toContain("hunter2");
  expect(code).toBe(125);
  expect((await bench.run(["doctor", "-f", "spec.yaml"], { ...env, NOT_SET: "x" })).code).toBe(0);
});

test("doctor says what to do about an engine's socket that this user may not use", async () => {
  await using bench = await Bench.open();
  const socket = join(bench.folder, "engine.sock");
  await using server = createServer((near) => near.destroy());
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  await chmod(socket, 0o000);
  const env = { ...bench.environment, DOCKER_HOST: `unix://${socket}` };
  const { code, stdout } = await bench.start(["doctor", "--json", "--runtime", "docker"], { env }, boundByPermissions).done;
  expect(jsonLines(stdout).at(-1)).toMatchObject({
    check: "runtime docker",
    state: "bad",
    message: expect.stringContaining("EACCES") as string,
    hint: expect.stringContaining("join its group") as string,
  });
  expect(code).toBe(125);
});

test("doctor has colours on a terminal alone, and not with NO_COLOR", async () => {
  await using bench = await Bench.open({ NO_COLOR: "" });
  const args = ["doctor", "--runtime", "local"];
  expect((await bench.run(args)).stdout).not.toContain("\u001B");
  expect(await onTerminal(bench, args).done).toContain("\u001B[32mok");
  expect(await onTerminal(bench, args, { before: "export NO_COLOR=1" }).done).not.toContain("\u001B");
});
