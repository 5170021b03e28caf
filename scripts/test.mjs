// Installs, builds, runs every check and every test; the last line counts them. `--checks` leaves out the tests, `--tests` the
// checks; what else is given goes to turbo, such as `--filter=@longshore/core`.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runChecks } from "./checks.mjs";
import { packageFolders, prepare, root, turbo } from "./toolchain.mjs";

const args = process.argv.slice(2);
if (args.includes("--help")) {
  console.log(`npm test -- [--checks | --tests] [--filter=@longshore/core …]

Installs, builds, runs every check and every test; the last line counts them.

  --checks       the checks alone
  --tests        the tests alone
  --filter=NAME  of one package; this and whatever else is given goes to turbo

LONGSHORE_REQUIRE=docker,registry,kubernetes makes a skip for the lack of one of them a failure.`);
  process.exit(0);
}
const forTurbo = args.filter((arg) => arg !== "--checks" && arg !== "--tests");

const resultsFile = (folder) => join(root, folder, ".test-results.json");
function hasTests(folder) {
  const tests = join(root, folder, "test");
  return existsSync(tests) && readdirSync(tests, { recursive: true }).some((file) => file.endsWith(".test.ts"));
}

function readResults(folder) {
  if (existsSync(resultsFile(folder)))
    return JSON.parse(readFileSync(resultsFile(folder), "utf8")).map((result) => ({
      ...result,
      name: `${folder}/${result.name}`,
    }));
  return forTurbo.length > 0 ? [] : [{ name: `tests of ${folder}`, state: "failed", note: "no results" }];
}

async function runTests() {
  console.log("\nTests");
  const folders = packageFolders.filter(hasTests);
  for (const folder of folders) rmSync(resultsFile(folder), { force: true });
  const { code } = await turbo("test", [
    "--concurrency=1",
    "--continue=always",
    "--log-order=stream",
    "--log-prefix=none",
    ...forTurbo,
  ]);
  const results = folders.flatMap(readResults);
  if (!results.some(({ state }) => state !== "skipped")) results.push({ name: "tests", state: "failed", note: "none ran" });
  if (code !== 0 && !results.some(({ state }) => state === "failed"))
    results.push({ name: "tests", state: "failed", note: `exit code ${code}` });
  return results;
}

async function outcomes() {
  if ((await prepare()) !== 0) return [{ name: "install and build", state: "failed" }];
  return [
    { name: "build", state: "passed" },
    ...(args.includes("--tests") ? [] : await runChecks()),
    ...(args.includes("--checks") ? [] : await runTests()),
  ];
}

const required = (process.env.LONGSHORE_REQUIRE ?? "").split(",").map((word) => word.trim());

/** A skip for the lack of what LONGSHORE_REQUIRE names is a failure: its reason says "requires docker", or without one its name or file. */
function held(outcome) {
  if (outcome.state !== "skipped") return outcome;
  const { name, note = "no reason given" } = outcome;
  const lacks = [...(outcome.note ?? name).matchAll(/\brequires[ -](?:an? )?([a-z0-9]+)/g)].map(([, word]) => word);
  return lacks.some((word) => required.includes(word))
    ? { name, state: "failed", note: `skipped: ${note}` }
    : { ...outcome, note };
}

const all = (await outcomes()).map(held);
const of = (wanted) => all.filter(({ state }) => state === wanted);
for (const state of ["skipped", "failed"])
  for (const [index, { name, note }] of of(state).entries())
    console.log(`${index === 0 ? `\n${state}:\n` : ""}  ${name}${note ? ` (${note})` : ""}`);
console.log(`\n${of("passed").length} passed, ${of("failed").length} failed, ${of("skipped").length} skipped`);
process.exitCode = of("failed").length === 0 ? 0 : 1;
