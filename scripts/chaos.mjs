// Long seeded runs of the conformance suite, tasks and services alike: every step boundary is crashed at, other choices in every round.
// `npm run chaos -- --rounds 5 --seed 7 --backend docker`; a failing round is made again with its seed: `npm run chaos -- --rounds 1
// --seed S`. Default: 3 rounds, a seed by chance, every backend
// (kubernetes where KUBECONFIG names a cluster). The clouds are the emulators, with 200 mixes of faults besides.
import { execFileSync } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { endProcesses } from "./end-processes.mjs";
import { prepare, root, run } from "./toolchain.mjs";

/** A file that a package does not have is passed over. */
const emulated = ["conformance", "services", "service-guarantees", "mixes"].map((name) => `test/${name}.test.ts`);
const suites = {
  memory: ["packages/conformance", "test/memory.test.ts"],
  "local-process": ["packages/local-process", "test/conformance.test.ts"],
  docker: ["packages/docker", "test/conformance.test.ts"],
  ecs: ["packages/ecs", ...emulated],
  "cloud-run": ["packages/cloud-run", ...emulated, "test/conformance-grpc.test.ts"],
  aci: ["packages/aci", ...emulated],
  kubernetes: ["packages/kubernetes", "test/conformance.test.ts"],
};
/** What can be run here: nobody's own cluster is used by chance. */
const here = Object.keys(suites).filter((name) => name !== "kubernetes" || process.env.KUBECONFIG);

function refuse(message) {
  console.error(`${message}; such as: npm run chaos -- --rounds 5 --seed 7 --backend memory,docker`);
  process.exit(2);
}
function readOptions() {
  const text = { type: "string" };
  try {
    return parseArgs({ options: { rounds: text, seed: text, backend: text } }).values;
  } catch (error) {
    return refuse(error.message);
  }
}
const { rounds: roundsAsked = "3", seed: seedAsked = String(randomInt(1, 1_000_000)), backend = here.join(",") } = readOptions();
const [rounds, first] = [roundsAsked, seedAsked].map(Number);
if (![rounds, first].every((value) => Number.isSafeInteger(value) && value > 0))
  refuse("--rounds and --seed: expected whole numbers above 0");
const backends = backend.split(",");
for (const name of backends) if (!(name in suites)) refuse(`--backend: no ${name}; expected ${Object.keys(suites).join(", ")}`);
if (backends.includes("kubernetes") && !process.env.KUBECONFIG)
  refuse("--backend kubernetes: expected KUBECONFIG to name a cluster");

/** All owners of this run begin with it, and all folders are below it: what is cut short is found again by that. */
const prefix = `x${randomBytes(3).toString("hex")}`;
const place = mkdtempSync(join(tmpdir(), "longshore-chaos-"));

function removeFromEngine() {
  const docker = (...args) => execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const ours = (column, ...list) =>
    docker(...list, "--filter", "label=longshore.owner", "--format", `{{.Label "longshore.owner"}} {{.${column}}}`)
      .split("\n")
      .filter((line) => line.startsWith(prefix))
      .map((line) => line.split(" ")[1]);
  const containers = ours("ID", "ps", "--all");
  if (containers.length > 0) docker("rm", "--force", "--volumes", ...containers);
  const volumes = ours("Name", "volume", "ls");
  if (volumes.length > 0) docker("volume", "rm", "--force", ...volumes);
}
function removeFromCluster() {
  const kubectl = (...args) => execFileSync("kubectl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const kinds = "deployments,services,pods,secrets";
  const column = "custom-columns=:kind,:metadata.name,:metadata.labels.longshore/owner";
  const found = kubectl("get", kinds, "--selector", "longshore/owner", "--no-headers", "--output", column);
  const ours = found
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , owner]) => owner?.startsWith(prefix));
  for (const [kind, name] of ours) kubectl("delete", kind, name, "--ignore-not-found", "--wait=false");
}
function removeAll() {
  if (backends.includes("docker")) removeFromEngine();
  if (backends.includes("kubernetes")) removeFromCluster();
}
// Also after Ctrl-C: by then the tests have ended.
process.on("exit", () => {
  endProcesses(place);
  rmSync(place, { recursive: true, force: true, maxRetries: 10 });
  try {
    removeAll();
  } catch {
    // Nobody answers, so nothing is there.
  }
});

/** What the suite prints of its own, and what failed. */
const worthShowing = /conformance with seed|crashed at boundaries|faults injected|^\s*×|Tests {2}/;
const everyMs = 15_000;

/** Shows lines as they come, and from time to time how many tests are done. */
function progress(name) {
  const begun = Date.now();
  const seconds = () => Math.round((Date.now() - begun) / 1000);
  let [done, rest] = [0, ""];
  const timer = setInterval(() => console.log(`  ${name}: ${done} tests done, ${seconds()} s`), everyMs);
  const take = (text) => {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (/^\s*[✓×]/.test(line)) done++;
      if (worthShowing.test(line)) console.log(`  ${line.trim()}`);
    }
  };
  return { take, seconds, end: () => clearInterval(timer) };
}

async function runSuite(name, seed) {
  const [folder, ...files] = suites[name];
  const env = { LONGSHORE_FULL: "1", LONGSHORE_SEED: String(seed), LONGSHORE_OWNERS: prefix, NO_COLOR: "1", TMPDIR: place };
  const args = ["run", "--root", `${root}/${folder}`, "--reporter=verbose", ...files];
  const shown = progress(name);
  const { code } = await run("vitest", args, { capture: shown.take, env });
  shown.end();
  console.log(`${code === 0 ? "ok    " : "FAILED"}  ${name} with seed ${seed}, ${shown.seconds()} s`);
  return code === 0;
}

if ((await prepare()) !== 0) process.exit(1);
const failed = [];
for (let round = 0; round < rounds; round++) {
  const seed = first + round;
  console.log(`\nRound ${round + 1} of ${rounds}, seed ${seed}`);
  for (const name of backends) if (!(await runSuite(name, seed))) failed.push(`--backend ${name} --seed ${seed}`);
}
for (const one of failed) console.log(`again: npm run chaos -- --rounds 1 ${one}`);
console.log(`\n${rounds * backends.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
