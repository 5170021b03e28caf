import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "../src/index.ts";
import { backends } from "./backends.ts";
import { Bench, jsonLines } from "./cli-kit.ts";
import { boundByPermissions } from "./bound-by-permissions.ts";
import { stage } from "./stage.ts";

const everything = ["services", "endpoints", "exec", "attach", "copy", "stats", "watch"];

test("runtimes shows health, capabilities and traits", async () => {
  await using staged = await stage();
  const { bench } = staged;
  const { code, stdout, stderr } = await bench.run(["runtimes"]);
  expect([code, stderr]).toEqual([0, ""]);
  const [head, row, ...more] = stdout.trimEnd().split("\n");
  expect(head).toMatch(/^RUNTIME +USE +HEALTH +CAPABILITIES +TRAITS$/);
  expect(row).toMatch(/^far \(default\) +far +answers in [\d.]+ ms +\S/);
  expect(row).toContain(` ${everything.join(" ")} `);
  expect(row).toMatch(/isolation none, logs live, time limit by the backend$/);
  expect(more).toEqual([]);
  expect(jsonLines((await bench.run(["runtimes", "--json"])).stdout)).toEqual([
    {
      runtime: "far",
      use: "far",
      default: true,
      healthy: true,
      latencyMs: expect.any(Number) as number,
      capabilities: everything,
      traits: {
        isolation: "none",
        logs: "live",
        logTimes: true,
        timeLimit: "backend",
        retention: { start: "until-removed", state: "until-removed", logs: "until-removed" },
      },
      problem: null,
    },
  ]);
});

test("runtimes tells of one that is down, and fails only when none answers", async () => {
  await using staged = await stage();
  const { bench, far } = staged;
  await bench.write("two.yaml", far.configWithOneDown);
  const { code, stdout, stderr } = await bench.run(["runtimes", "--config", "two.yaml"]);
  expect(stdout).toMatch(/^far \(default\) .* answers in /m);
  expect(stdout).toMatch(/^down +far +down +- +-$/m);
  expect(stderr).toMatch(/^longshore: down: unavailable: [^\n]+\n$/);
  expect(code).toBe(0);
  const [, gone] = jsonLines((await bench.run(["runtimes", "--config", "two.yaml", "--json"])).stdout);
  expect(gone).toEqual({
    runtime: "down",
    use: "far",
    default: false,
    healthy: false,
    latencyMs: null,
    capabilities: null,
    traits: null,
    problem: expect.stringContaining("unavailable") as string,
  });
  expect((await bench.run(["runtimes", "--config", "two.yaml", "--runtime", "down"])).code).toBe(125);
});

test("runtimes --quiet prints names and asks nobody", async () => {
  await using staged = await stage();
  expect(await staged.bench.run(["runtimes", "--quiet"])).toEqual({ code: 0, stdout: "far\n", stderr: "" });
  expect(staged.far.calls).toEqual([]);
});

for (const { name, obstacle } of backends) {
  test(`runtimes knows ${name}`, async (context) => {
    const why = await obstacle();
    if (why !== undefined) return context.skip(why);
    await using bench = await Bench.open();
    const { code, stdout } = await bench.run(["runtimes", "--runtime", name, "--json"]);
    const isolation = name === "local" ? "process" : "container";
    expect(jsonLines(stdout)).toMatchObject([{ runtime: name, default: name === "local", healthy: true, traits: { isolation } }]);
    expect(jsonLines(stdout)[0]?.["capabilities"]).toContain("watch");
    expect(code).toBe(0);
  });
}

test("init writes a config that holds as it is, and whose examples do", async () => {
  await using bench = await Bench.open();
  expect(await bench.run(["init"])).toEqual({
    code: 0,
    stdout: "wrote longshore.yaml; longshore doctor says whether it works here\n",
    stderr: "",
  });
  expect(await bench.run(["ps", "--runtime", "local"])).toEqual({ code: 0, stdout: "", stderr: "" });
  const file = join(bench.folder, "longshore.yaml");
  expect(await readConfig({ file })).toEqual({
    file,
    folder: bench.folder,
    owner: "cli",
    defaultRuntime: "local",
    runtimes: { local: { use: "local-process" }, docker: { use: "docker" } },
  });
  const text = await readFile(file, "utf8");
  // What is commented out is YAML behind one "# "; prose never begins with a lowercase word and a colon.
  const all = text.replace(/^( *)# (?=[a-z][A-Za-z]*: | {2}use:|elsewhere:)/gm, "$1");
  await writeFile(join(bench.folder, "all.yaml"), all);
  const environment = { HOME: "/home/me", LONGSHORE_STATE_DIR: "/tmp" };
  expect(await readConfig({ file: join(bench.folder, "all.yaml"), environment })).toMatchObject({
    store: join(bench.folder, "longshore-store"),
    runtimes: {
      local: { stateDir: "/home/me/longshore" },
      docker: {
        host: "tcp://10.0.0.5:2376",
        certificates: "/home/me/.docker/build-server",
        limits: { perSecond: 20, burst: 40 },
      },
      elsewhere: { use: "@acme/longshore-elsewhere" },
    },
  });
});

test("init writes over nothing without --force, and where --config says", async () => {
  await using bench = await Bench.open();
  await bench.write("mine.yaml", "owner: mine\n");
  expect(await bench.run(["init", "--config", "mine.yaml"])).toEqual({
    code: 2,
    stdout: "",
    stderr: "longshore: mine.yaml: is there already; --force writes over it\n",
  });
  expect(await readFile(join(bench.folder, "mine.yaml"), "utf8")).toBe("owner: mine\n");
  expect(await bench.run(["init", "--config", "mine.yaml", "--force", "--json"])).toEqual({
    code: 0,
    stdout: '{"file":"mine.yaml"}\n',
    stderr: "",
  });
  expect((await readConfig({ file: join(bench.folder, "mine.yaml") })).owner).toBe("cli");
});

test("init says why a file cannot be written", async () => {
  await using bench = await Bench.open();
  await mkdir(join(bench.folder, "folder"));
  await mkdir(join(bench.folder, "locked"));
  await bench.write("file", "");
  for (const [file, said] of [
    ["none/x.yaml", "cannot be written: there is no such folder"],
    ["file/x.yaml", "cannot be written: a file is where its folder would be"],
    ["folder", "is a folder; name a file with --config"],
  ]) {
    for (const force of [[], ["--force"]])
      expect(await bench.run(["init", "--config", String(file), ...force])).toEqual({
        code: 2,
        stdout: "",
        stderr: `longshore: ${file}: ${said}\n`,
      });
  }
  await chmod(join(bench.folder, "locked"), 0o555);
  const refused = await bench.start(["init", "--config", "locked/x.yaml"], {}, boundByPermissions).done;
  expect(refused).toEqual({
    code: 2,
    stdout: "",
    stderr: "longshore: locked/x.yaml: cannot be written: this user may not write there\n",
  });
});
