import { execFile, execFileSync, spawn } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { commandWords } from "../src/program/command-words.ts";
import { createProgram } from "../src/program/create-program.ts";
import { type Bench, bin } from "./cli-kit.ts";
import { stage } from "./stage.ts";

const run = promisify(execFile);

/** A shell's environment in which the command goes by its name, in the bench's owner's name. */
async function named(bench: Bench): Promise<NodeJS.ProcessEnv> {
  const file = join(bench.folder, "longshore");
  await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' '${bin}' --owner ${bench.owner} "$@"\n`);
  await chmod(file, 0o755);
  return { ...bench.environment, PATH: `${bench.folder}:${process.env["PATH"]}` };
}

/** What bash completes the last of `words` to. */
async function completed(bench: Bench, words: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const script = `source <(longshore completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
"$(complete -p longshore | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = await run("bash", ["--norc", "-c", script, "bash", ...words], { cwd: bench.folder, env });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

const program: Command = createProgram({ argv: [], begin: async () => {}, beginBare: async () => {}, entered: () => {} });
const { commands } = commandWords(program);
const names = commands.map(({ name }) => name);

test("bash completes commands, flags, values, ids, runtimes and files", async () => {
  await using staged = await stage();
  const { bench } = staged;
  const env = await named(bench);
  await bench.write("a spec.yaml", "");
  for (const id of ["a1", "b1"]) await bench.run(["run", "--id", id, "--keep", "--", "true"]);
  const after = (...words: readonly string[]): Promise<readonly string[]> => completed(bench, ["longshore", ...words], env);
  expect(await after("")).toEqual(names);
  expect(await after("re")).toEqual(["restart", "resume"]);
  expect(await after("--runtime", "far", "--json", "insp")).toEqual(["inspect"]);
  expect(await after("logs", "--f")).toEqual(["--follow"]);
  expect(await after("ps", "-")).toEqual(expect.arrayContaining(["-q", "--quiet", "--config", "--json", "--help"]));
  expect(await after("run", "--pull", "")).toEqual(["always", "missing", "never"]);
  expect(await after("completion", "")).toEqual(["bash", "zsh", "fish"]);
  expect((await after("emulate", "")).toSorted()).toEqual(["aci", "cloud-run", "ecs"]);
  expect(await after("emulate", "ecs", "--engine", "")).toEqual(["docker", "process"]);
  expect(await after("help", "swe")).toEqual(["sweep"]);
  expect(await after("logs", "a")).toEqual(["a1"]);
  expect(await after("stats", "a1", "")).toEqual(["a1", "b1"]);
  expect(await after("--owner", "stranger", "logs", "")).toEqual([]);
  expect(await after("ps", "--runtime", "")).toEqual(["far"]);
  expect(await after("run", "-f", "a")).toEqual(["a spec.yaml"]);
  expect(await after("logs", "-f", "b")).toEqual(["b1"]);
  expect(await after("cp", "a")).toEqual(["a1:"]);
  expect(await after("cp", "lon")).toEqual(["longshore", "longshore.yaml"]);
  expect(await after("stop", "--grace", "")).toEqual([]);
  expect(await after("run", "--", "longsh")).toContain("longshore");
});

test("bash completes in a terminal, file names with spaces too", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await bench.write("a spec.yaml", "");
  const env = { ...(await named(bench)), PS1: "> ", INPUTRC: "/dev/null" };
  const shell = spawn("script", ["-qec", "bash --norc --noprofile -i", "/dev/null"], {
    cwd: bench.folder,
    env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  let shown = "";
  shell.stdout.on("data", (piece: Buffer) => (shown += piece.toString()));
  const shows = async (text: string): Promise<void> => {
    while (!shown.includes(text)) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  shell.stdin.write("source <(longshore completion bash); echo rea''dy\n");
  await shows("ready");
  shell.stdin.write("longshore up -f a\t");
  await shows("up -f a\\ spec.yaml ");
  shell.stdin.write("\u0015longshore sw\t");
  await shows("longshore sweep ");
  shell.stdin.write("\u0015exit\n");
  await new Promise((resolve) => shell.once("close", resolve));
});

const installed = (shell: string): boolean => {
  try {
    execFileSync("sh", ["-c", `command -v ${shell}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

/** Whether quotes and brackets outside of them end as they began: what any shell would stumble over. */
function unbalanced(text: string): string | undefined {
  const bare = text
    .replace(/^#.*$/gm, "")
    .replace(/'(?:[^'\\]|\\.)*'|"[^"]*"|\\./gs, "")
    .replace(/^ *(\w+|"")\)(?= )/gm, "");
  if (/['"]/.test(bare)) return "a quote without an end";
  const open: string[] = [];
  for (const [one] of bare.matchAll(/[(){}]/g)) {
    if (one === "(" || one === "{") open.push(one);
    else if (open.pop() !== (one === ")" ? "(" : "{")) return `${one} without a beginning`;
  }
  return open[0];
}

test("what looks for quotes and brackets finds them", () => {
  expect(unbalanced("a '(' \"}\" \\' { ( ) }")).toBeUndefined();
  for (const wrong of ["a 'b", "( }", "{ (", ")"]) expect(unbalanced(wrong)).toBeDefined();
});

test(`zsh completion is ${installed("zsh") ? "loaded by zsh" : "balanced and whole (no zsh is installed to load it)"}`, async () => {
  await using staged = await stage();
  const { bench } = staged;
  const { code, stdout, stderr } = await bench.run(["completion", "zsh"]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(unbalanced(stdout)).toBeUndefined();
  for (const name of names) expect(stdout).toMatch(new RegExp(`^ {4}${name}\\) _arguments \\$globals .*;;$`, "m"));
  for (const { options } of commands)
    for (const { flags } of options) for (const flag of flags) expect(stdout).toContain(`'*${flag}[`);
  if (!installed("zsh")) return;
  const script = 'autoload -U compinit; compinit -D; source <(longshore completion zsh); print -r -- "$_comps[longshore]"';
  const { stdout: loaded } = await run("zsh", ["-f", "-c", script], { cwd: bench.folder, env: await named(bench) });
  expect(loaded).toBe("_longshore\n");
});

test(`fish completion is ${installed("fish") ? "used by fish" : "balanced and whole (no fish is installed to load it)"}`, async () => {
  await using staged = await stage();
  const { bench } = staged;
  const { code, stdout, stderr } = await bench.run(["completion", "fish"]);
  expect([code, stderr]).toEqual([0, ""]);
  for (const line of stdout.trimEnd().split("\n")) {
    expect(line).toMatch(/^(# .*|complete -c longshore (-f|-[nls] .*))$/);
    expect(unbalanced(line)).toBeUndefined();
  }
  for (const { name, options } of commands) {
    expect(stdout).toMatch(new RegExp(`^complete -c longshore -n __fish_use_subcommand -a ${name} -d '`, "m"));
    for (const { flags } of options)
      for (const flag of flags) expect(stdout).toContain(flag.startsWith("--") ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`);
  }
  if (!installed("fish")) return;
  const script = "longshore completion fish | source; complete -C 'longshore sw'";
  const { stdout: offered } = await run("fish", ["-N", "-c", script], { cwd: bench.folder, env: await named(bench) });
  expect(offered).toMatch(/^sweep\t/m);
});

test("completion of another shell is refused with those there are", async () => {
  await using staged = await stage();
  const { code, stderr } = await staged.bench.run(["completion", "tcsh"]);
  expect(stderr).toMatch(/^longshore: completion: got "tcsh"; expected bash, zsh, fish[^\n]*\n$/);
  expect(code).toBe(2);
});
