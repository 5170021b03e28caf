// Long seeded runs of the conformance suite: every crash boundary, other choices in every round. `npm run chaos -- --rounds 5
// --seed 7`; a failing round is made again with its seed: `npm run chaos -- --rounds 1 --seed S`. Default: 3 rounds.
import { randomInt } from "node:crypto";
import { prepare, root, run } from "./toolchain.mjs";

const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  const value = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  console.error(`--${name}: expected a whole number above 0, such as: npm run chaos -- --rounds 5 --seed 7`);
  process.exit(2);
};
const rounds = option("rounds", 3);
const first = option("seed", randomInt(1, 1_000_000));
const suites = [
  ["packages/conformance", "test/memory.test.ts"],
  ["packages/local-process", "test/conformance.test.ts"],
  ["packages/docker", "test/conformance.test.ts"],
];

/** What the suite prints of its own, and what failed. */
const worthShowing = (line) => /conformance with seed|crashed at boundaries|faults injected|×|Tests {2}/.test(line);

async function runSuite([folder, file], seed) {
  const env = { LONGSHORE_FULL: "1", LONGSHORE_SEED: String(seed), NO_COLOR: "1" };
  const { code, output } = await run("vitest", ["run", "--root", `${root}/${folder}`, file], { capture: true, env });
  for (const line of output.split("\n").filter(worthShowing)) console.log(`  ${line.trim()}`);
  console.log(`${code === 0 ? "ok    " : "FAILED"}  ${folder} with seed ${seed}`);
  return code === 0;
}

if ((await prepare()) !== 0) process.exit(1);
const results = [];
for (let round = 0; round < rounds; round++) {
  console.log(`\nRound ${round + 1} of ${rounds}, seed ${first + round}`);
  for (const suite of suites) results.push(await runSuite(suite, first + round));
}
const failed = results.filter((passed) => !passed).length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
