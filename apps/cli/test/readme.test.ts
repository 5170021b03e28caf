import { execFile } from "node:child_process";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { checkSpec } from "@longshore/core";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { readConfig } from "../src/index.ts";
import { createProgram } from "../src/program/create-program.ts";
import { Bench, bin } from "./cli-kit.ts";

const run = promisify(execFile);
const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const blocks = [...readme.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language = "", text = ""]) => ({ language, text }));
const of = (language: string): readonly string[] => blocks.filter((one) => one.language === language).map(({ text }) => text);

/** Only reads its words: what a command would do is not done. */
const parser = (argv: readonly string[]): Command =>
  createProgram({ argv, begin: async () => {}, beginBare: async () => {}, entered: () => {} });
const program = parser([]);

/** The words of each call of the command in a shell's line, as far as our examples go: quotes, pipes, comments. */
function callsIn(line: string): readonly (readonly string[])[] {
  const bare = line.replace(/'[^']*'|"[^"]*"/g, (quoted) => quoted.replaceAll(/[ |;()<>#]/g, "_"));
  return [...bare.matchAll(/(?<![\w~/.-])longshore ((?:(?! {2,}|[|;()<>#]| &&).)+)/g)].map(([, words = ""]) =>
    words.trim().split(" "),
  );
}

test("calls are found in a line", () => {
  expect(callsIn("$ longshore cp a1:/x - | tar t; longshore wait 'a b'   # longshore")).toEqual([
    ["cp", "a1:/x", "-"],
    ["wait", "'a_b'"],
  ]);
});

const helpOf = (command: Command): string => {
  let said = "";
  command.configureOutput({ writeOut: (text) => (said += text) }).outputHelp();
  return said;
};
const lines = [...of("sh"), ...[program, ...program.commands].map(helpOf)].flatMap((text) => text.split("\n"));
const calls = new Set(
  lines.filter((line) => !/^ {2}\w|Usage:/.test(line)).flatMap((line) => callsIn(line).map((call) => call.join(" "))),
);

for (const call of calls) {
  test(`the parser takes the example: longshore ${call}`, async () => {
    const words = call.split(" ").filter((word) => word !== "");
    const reader = parser(words);
    for (const one of [reader, ...reader.commands]) one.configureOutput({ writeOut: () => {}, writeErr: () => {} });
    const reading = reader.parseAsync(words, { from: "user" });
    // Commands that print help end the parser with code 0.
    await reading.catch((error: { readonly exitCode?: number }) => expect(error).toMatchObject({ exitCode: 0 }));
  });
}

test("every command is in the README, and no other", () => {
  const rows = [...readme.slice(0, readme.indexOf("## Tasks")).matchAll(/^\| `(\w+)/gm)].map(([, name]) => name);
  expect(rows.toSorted()).toEqual(program.commands.map((command) => command.name()).toSorted());
});

test("what the README's first example prints is what it says", async () => {
  await using bench = await Bench.open();
  const file = join(bench.folder, "longshore");
  await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' '${bin}' --owner ${bench.owner} "$@"\n`);
  await chmod(file, 0o755);
  const env = { ...bench.environment, PATH: `${bench.folder}:${process.env["PATH"]}` };
  const { stdout, stderr } = await run("bash", ["-c", of("sh")[0] ?? ""], { cwd: bench.folder, env });
  expect([stdout, stderr]).toEqual([of("text")[0], ""]);
});

test("the README's YAML is a config and specs", async () => {
  await using bench = await Bench.open();
  const [task = "", services = "", config = ""] = of("yaml");
  expect(checkSpec({ kind: "task", id: "t1", ...(parse(task) as object) })).toEqual([]);
  const specs = parseAllDocuments(services).map((document) => document.toJS() as { readonly kind: string });
  expect(specs.map(({ kind }) => kind)).toEqual(["service", "task"]);
  for (const spec of specs) expect(checkSpec(spec)).toEqual([]);
  const file = join(bench.folder, await bench.write("readme.yaml", config));
  expect(await readConfig({ file, environment: {} })).toMatchObject({
    owner: "team",
    defaultRuntime: "fast",
    store: join(bench.folder, "longshore-store"),
    runtimes: { fast: { stateDir: "/var/tmp/longshore" }, build: { limits: { perSecond: 20, burst: 40 } } },
  });
});
