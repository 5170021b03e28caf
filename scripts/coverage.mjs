// Which lines of core and of the drivers the tests run, in the tests' own processes and in those that they start. What is killed
// says nothing of itself and is not counted. `npm run coverage -- packages/docker` runs one package's tests; fails below the bar.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepare, root, run } from "./toolchain.mjs";

const bar = 90;
const measured = [
  "packages/core",
  "packages/local-process",
  "packages/docker",
  "packages/ecs",
  "packages/aci",
  "packages/cloud-run",
  "packages/kubernetes",
];
/** Whose tests run, which of them, and which package they are for. The suite on the memory backend is core's. */
const suites = [
  { folder: "packages/core", files: [], of: "packages/core" },
  { folder: "packages/conformance", files: ["test/memory.test.ts"], of: "packages/core" },
  { folder: "packages/local-process", files: [], of: "packages/local-process" },
  { folder: "packages/docker", files: [], of: "packages/docker" },
  { folder: "packages/ecs", files: [], of: "packages/ecs" },
  { folder: "packages/aci", files: [], of: "packages/aci" },
  { folder: "packages/cloud-run", files: [], of: "packages/cloud-run" },
  { folder: "packages/kubernetes", files: [], of: "packages/kubernetes" },
];

const wanted = process.argv.slice(2);
const chosen = suites.filter(({ of }) => wanted.length === 0 || wanted.includes(of));
if (chosen.length === 0) {
  console.error(`expected one of ${measured.join(", ")}, or nothing`);
  process.exit(2);
}
function engineAnswers() {
  try {
    execFileSync("docker", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
const lacks = {
  "packages/docker": () => (engineAnswers() ? undefined : "docker: no engine answers"),
  "packages/kubernetes": () => (process.env.KUBECONFIG ? undefined : "kubernetes: KUBECONFIG names no cluster"),
};

const place = mkdtempSync(join(tmpdir(), "longshore-coverage-"));
process.on("exit", () => rmSync(place, { recursive: true, force: true, maxRetries: 10 }));

if ((await prepare()) !== 0) process.exit(1);
const failed = [];
const leftOut = [];
const { readCoverage } = await import("./read-coverage.mjs");
const lines = new Map();
for (const { folder, files } of chosen) {
  const lack = lacks[folder]?.();
  if (lack !== undefined) {
    leftOut.push(folder);
    console.log(`left out  ${folder}: requires ${lack}`);
    continue;
  }
  const { name } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
  const here = join(place, folder.replaceAll("/", "-"));
  const env = { LONGSHORE_COVERAGE: folder, LONGSHORE_COVERAGE_NAME: name, LONGSHORE_COVERAGE_PLACE: here, NO_COLOR: "1" };
  const config = join(root, "scripts/vitest-coverage.mjs");
  console.log(`Tests of ${folder}`);
  const { code, output } = await run("vitest", ["run", "--root", join(root, folder), "--config", config, ...files], {
    capture: true,
    env,
  });
  for (const line of output.split("\n").filter((text) => /Tests {2}|×|FAIL/.test(text))) console.log(`  ${line.trim()}`);
  if (code !== 0) failed.push(folder);
  readCoverage(here, lines);
  rmSync(here, { recursive: true, force: true, maxRetries: 10 });
}

const percent = (hit, all) => (all === 0 ? 0 : (100 * hit) / all);
const ofFile = (file) => {
  const hits = [...lines.get(file).values()];
  return { file, hit: hits.filter(Boolean).length, all: hits.length };
};
for (const folder of measured.filter((one) => !leftOut.includes(one) && (wanted.length === 0 || wanted.includes(one)))) {
  const files = [...lines.keys()].filter((file) => file.startsWith(`${folder}/src/`)).map(ofFile);
  const [hit, all] = ["hit", "all"].map((of) => files.reduce((sum, file) => sum + file[of], 0));
  console.log(
    `\n${percent(hit, all) >= bar ? "ok  " : "LOW "}  ${folder}: ${percent(hit, all).toFixed(1)} % of ${all} lines, at least ${bar} %`,
  );
  for (const { file, ...of } of files.filter((one) => one.all > 0 && percent(one.hit, one.all) < bar)) {
    const missing = [...lines.get(file)].filter(([, ran]) => !ran).map(([line]) => line);
    console.log(
      `        ${percent(of.hit, of.all).toFixed(0).padStart(3)} %  ${file}: not ${missing.toSorted((a, b) => a - b).join(", ")}`,
    );
  }
  if (percent(hit, all) < bar) failed.push(folder);
}
console.log(failed.length === 0 ? "\nevery line count is above its bar" : `\nfailed: ${[...new Set(failed)].join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;
