import { run, turbo } from "./toolchain.mjs";

export const lint = ["oxlint", ["--type-aware", "--deny-warnings"]];
const quiet = ["--concurrency=2", "--continue=always", "--output-logs=errors-only", "--log-order=grouped"];

/** These write what others would read, if only for a moment: nothing runs beside them. */
const alone = [
  { name: "types of tests", start: () => turbo("types", quiet, { capture: true }) },
  { name: "published packages (publint, attw)", start: () => turbo("published", quiet, { capture: true }) },
  { name: "examples in READMEs", start: () => run("node", ["scripts/check-examples.mjs"], { capture: true }) },
];
const beside = [
  ["a plugin of somebody else's", "node", ["scripts/check-custom-plugin.mjs"]],
  ["lint (oxlint)", ...lint],
  ["format (oxfmt)", "oxfmt", ["--check"]],
  ["import direction (dependency-cruiser)", "depcruise", ["packages", "apps", "examples", "--output-type", "err"]],
  ["unused code (knip)", "knip", ["--no-progress", "--no-config-hints"]],
  ["API reports", "node", ["scripts/check-api.mjs"]],
  ["size budgets", "node", ["scripts/check-size.mjs"]],
  ["package shape", "node", ["scripts/check-shape.mjs"]],
].map(([name, command, args]) => ({ name, start: () => run(command, args, { capture: true }) }));
const atOnce = 2;

/** A check says what it left out, and why, in lines of its own. */
const leftOut = (name, output) =>
  [...output.matchAll(/^left out +(.+?): (requires .+)$/gm)].map(([, part, note]) => ({
    name: `${name} > ${part}`,
    state: "skipped",
    note,
  }));

async function outcomesOf({ name, start }) {
  const startedAt = Date.now();
  const { code, output } = await start();
  console.log(`${code === 0 ? "ok  " : "FAIL"}  ${name}  ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  if (code !== 0) console.log(output.trimEnd());
  return [{ name, state: code === 0 ? "passed" : "failed" }, ...leftOut(name, output)];
}

/** Runs every check, also after one has failed. Each counts as one test. */
export async function runChecks() {
  console.log("\nChecks");
  const outcomes = [];
  for (const check of alone) outcomes.push(...(await outcomesOf(check)));
  const waiting = [...beside];
  const lane = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) outcomes.push(...(await outcomesOf(check)));
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return outcomes;
}
