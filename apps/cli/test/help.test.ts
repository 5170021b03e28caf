import { join } from "node:path";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { createProgram } from "../src/program/create-program.ts";
import { Bench } from "./cli-kit.ts";

const program: Command = createProgram({ argv: [], begin: async () => {}, beginBare: async () => {}, entered: () => {} });
const names = program.commands.map((command) => command.name());

/** Tells on stderr of every module that is loaded. */
const spy = `import { registerHooks } from "node:module";
registerHooks({ load(url, context, next) { process.stderr.write(url + "\\n"); return next(url, context); } });`;

test("every command has help with examples of itself", () => {
  for (const command of program.commands) {
    let said = "";
    command.configureOutput({ writeOut: (text) => (said += text) }).outputHelp();
    expect(said).toMatch(new RegExp(`\\nExamples:\\n( {2}[^\\n]*\\n)* {2}\\$ [^\\n]*longshore ${command.name()}\\b`));
  }
});

test("help and version load no plugin, no schema and no YAML", async () => {
  await using bench = await Bench.open();
  await bench.write("spy.mjs", spy);
  await bench.write("longshore.yaml", "runtimes: { local: { use: local-process } }\n");
  const env = { NODE_OPTIONS: `--import ${join(bench.folder, "spy.mjs")}` };
  const heavy =
    /longshore\/(docker|local-process)|packages\/(docker|local-process)|\/node_modules\/(zod|yaml|dockerode|ora|tar)\//;
  for (const args of [["--help"], ["--version"], ["run", "--help"], ["help", "up"]]) {
    const { code, stdout, stderr } = await bench.run(args, env);
    expect([code, stdout === ""]).toEqual([0, false]);
    expect(stderr).toContain("/commander/");
    expect(stderr).not.toMatch(heavy);
  }
  expect((await bench.run(["ps"], env)).stderr).toMatch(heavy);
});

test("help of a command is the same either way", async () => {
  await using bench = await Bench.open();
  for (const name of names) {
    const asked = await bench.run(["help", name]);
    expect(asked).toMatchObject({ code: 0, stderr: "" });
    expect(asked).toEqual(await bench.run([name, "--help"]));
  }
  expect(await bench.run(["help"])).toEqual(await bench.run(["--help"]));
  expect(await bench.run([])).toMatchObject({
    code: 2,
    stdout: "",
    stderr: expect.stringContaining("Usage: longshore") as string,
  });
});

test("help says what each command takes", async () => {
  await using bench = await Bench.open();
  const { stdout } = await bench.run(["--help"]);
  for (const name of names) expect(stdout).toMatch(new RegExp(`^ {2}${name}( |\\n)`, "m"));
  expect(stdout).toMatch(/^ {2}run -- CMD… {2,}run a task/m);
  expect(stdout).toMatch(/^ {2}logs <id> {2,}show/m);
});

test("a command line that cannot be parsed is told which help to read", async () => {
  await using bench = await Bench.open();
  for (const [args, said] of [
    [["inspect"], "missing required argument 'id'; see longshore inspect --help"],
    [["ps", "x"], "too many arguments for 'ps'. Expected 0 arguments but got 1: x; see longshore ps --help"],
    [
      ["--runtime", "local", "logs", "a1", "--tial", "3"],
      "unknown option '--tial' (Did you mean --tail?); see longshore logs --help",
    ],
    [["--jsn", "ps"], "unknown option '--jsn' (Did you mean --json?); see longshore --help"],
    [["help", "nope"], "unknown command 'nope'; see longshore --help"],
    [["exce"], "unknown command 'exce' (Did you mean exec?); see longshore --help"],
  ] as const) {
    expect(await bench.run(args)).toEqual({ code: 2, stdout: "", stderr: `longshore: ${said}\n` });
  }
});
