// Runs the examples in every README: a `ts` block runs as a module of that package, and prints what the `text` block
// that follows it says. A block under `<!-- needs docker -->` or `<!-- needs kubernetes -->` is left out, by name, where no engine
// answers, or no cluster is named.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync, globSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const block = /(?:<!-- needs (docker|kubernetes) -->\n+)?```ts\n([\s\S]*?)```(?:\n+```text\n([\s\S]*?)```)?/g;

const examplesIn = async (readme) =>
  [...(await readFile(readme, "utf8")).matchAll(block)].map(([, needs, code, expected], index) => ({
    name: `${readme} example ${index + 1}`,
    folder: dirname(readme),
    needs,
    code,
    expected,
  }));

async function runExample({ folder, code, expected }) {
  // Inside the package, so that its own imports resolve as a user's would.
  const file = join(folder, `.example-${process.pid}.ts`);
  const state = await mkdtemp(join(tmpdir(), "longshore-example-"));
  try {
    await writeFile(file, code);
    const env = { ...process.env, LONGSHORE_STATE_DIR: state, NODE_NO_WARNINGS: "1" };
    const { stdout } = await run(process.execPath, [file], { env, timeout: 60_000 });
    if (expected !== undefined && stdout !== expected) throw new Error(`printed:\n${stdout}\nbut its README says:\n${expected}`);
  } finally {
    await rm(file, { force: true });
    await rm(state, { recursive: true, force: true });
  }
}

const engineAnswers = async () =>
  run("docker", ["version"]).then(
    () => true,
    () => existsSync("/var/run/docker.sock"),
  );
const readmes = ["README.md", ...globSync("{packages,apps}/*/README.md").sort()].filter((file) => existsSync(file));
const examples = (await Promise.all(readmes.map(examplesIn))).flat();
const lacks = {
  docker: (await engineAnswers()) ? undefined : "no engine answers",
  kubernetes: process.env.KUBECONFIG ? undefined : "KUBECONFIG names no cluster",
};
let failed = 0;
for (const example of examples) {
  const lack = lacks[example.needs];
  if (lack !== undefined) {
    console.log(`left out  ${example.name}: requires ${example.needs}: ${lack}`);
    continue;
  }
  try {
    await runExample(example);
    console.log(`ok        ${example.name}`);
  } catch (error) {
    failed++;
    console.error(`FAILED    ${example.name}\n${error.stderr || error.message}`);
  }
}
if (examples.length === 0) console.error("no README has an example");
process.exitCode = failed === 0 && examples.length > 0 ? 0 : 1;
