import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { atMost, type Bar, type Bench, type Figure } from "./figure.ts";
import { interleave, milliseconds } from "./interleave.ts";

const exec = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

/** The packages that bring a driver: each has a file that is named after its plugin. */
const plugins = globSync("packages/*/src/*-plugin.ts", { cwd: root })
  .map((file) => dirname(dirname(file)))
  .filter((folder) => folder !== "packages/core" && existsSync(join(root, folder, "dist/index.js")))
  .sort();
const nameOf = (folder: string): string =>
  (JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as { readonly name: string }).name;

const evaluating = (code: string): Promise<number> =>
  milliseconds(() => exec(process.execPath, ["--input-type=module", "-e", code]));
const importing = (folder: string): string =>
  `import ${JSON.stringify(new URL(`../../${folder}/dist/index.js`, import.meta.url).href)};`;

const mostCore = 15;
const mostPlugin = 30;
const mostVersion = 120;

async function measure(rounds: number): Promise<readonly Figure[]> {
  const folders = ["packages/core", ...plugins];
  const empty = "empty node";
  const sides = await interleave(rounds, [
    { name: empty, does: "node -e ''", measure: () => evaluating("") },
    ...folders.map((folder) => ({
      name: nameOf(folder),
      does: "a node that imports it and ends",
      measure: () => evaluating(importing(folder)),
    })),
    {
      name: "longshore --version",
      does: "the command, from its start to its end",
      measure: () => milliseconds(() => exec(process.execPath, [join(root, "apps/cli/bin/longshore.js"), "--version"])),
    },
  ]);
  const median = (name: string): number => sides.find((side) => side.name === name)?.spread.median ?? Number.NaN;
  const beyond = (name: string, most: number): Bar => atMost(`${name} beyond an empty node`, median(name) - median(empty), most);
  const bars = folders.map((folder) => beyond(nameOf(folder), folder === "packages/core" ? mostCore : mostPlugin));
  bars.push(atMost("longshore --version", median("longshore --version"), mostVersion));
  return [{ name: "import, a fresh node for each sample", unit: "ms", sides, bars }];
}
export const importCost: Bench = {
  name: "import-cost",
  about: "what importing a package, and asking the command for its version, takes",
  rounds: 20,
  needsEngine: false,
  run: measure,
};
