// Runs the examples in every README and in docs: a `ts` block runs as a module of that package, and prints what the `text` block
// that follows it says. A block under `<!-- needs docker -->` or `<!-- needs kubernetes -->` is left out, by name, where no engine
// answers, or no cluster is named; one under `<!-- from FILE -->` has to be in that file. Links to files of ours have to lead somewhere.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync, globSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const block =
  /(?:<!-- (needs docker|needs kubernetes|needs aws|needs google|needs azure|from [^ ]+) -->\n+)?```ts\n([\s\S]*?)```(?:\n+```text\n([\s\S]*?)```)?/g;

const examplesIn = async (readme) =>
  [...(await readFile(readme, "utf8")).matchAll(block)].map(([, said, code, expected], index) => ({
    name: `${readme} example ${index + 1}`,
    folder: readme.startsWith("docs/") ? "." : dirname(readme),
    needs: /^needs (.+)$/.exec(said ?? "")?.[1],
    from: /^from (.+)$/.exec(said ?? "")?.[1],
    code,
    expected,
  }));

async function assertFrom({ from, code }) {
  if (!(await readFile(from, "utf8")).includes(code)) throw new Error(`it is not, or not any more, in ${from}`);
}

/** Below here while an example runs: also who is cut short leaves none of it behind. */
const written = new Set();
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
])
  process.once(signal, () => {
    for (const path of written) rmSync(path, { recursive: true, force: true });
    process.exit(code);
  });

async function runExample({ folder, code, expected }) {
  // Inside the package, so that its own imports resolve as a user's would.
  const file = join(folder, `.example-${process.pid}.ts`);
  const state = await mkdtemp(join(tmpdir(), "longshore-example-"));
  written.add(file).add(state);
  try {
    await writeFile(file, code);
    const env = { ...process.env, LONGSHORE_STATE_DIR: state, NODE_NO_WARNINGS: "1" };
    const { stdout } = await run(process.execPath, [file], { env, timeout: 60_000 });
    if (expected !== undefined && stdout !== expected) throw new Error(`printed:\n${stdout}\nbut its README says:\n${expected}`);
  } finally {
    for (const path of [file, state]) {
      await rm(path, { recursive: true, force: true });
      written.delete(path);
    }
  }
}

const engineAnswers = async () =>
  run("docker", ["version"]).then(
    () => true,
    () => existsSync("/var/run/docker.sock"),
  );
const readmes = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md", "examples/custom-plugin/README.md"],
  ...globSync(["{packages,apps}/*/README.md", "docs/*.md", "docs/decisions/*.md"]).sort(),
].filter((file) => existsSync(file));

async function deadLinks(file) {
  const links = [...(await readFile(file, "utf8")).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)];
  return links.flatMap(([, to]) => (existsSync(join(dirname(file), to)) ? [] : [`${file}: there is no ${to}`]));
}
const dead = (await Promise.all(readmes.map(deadLinks))).flat();
for (const problem of dead) console.error(problem);
const examples = (await Promise.all(readmes.map(examplesIn))).flat();
const lacks = {
  docker: (await engineAnswers()) ? undefined : "no engine answers",
  kubernetes: process.env.KUBECONFIG ? undefined : "KUBECONFIG names no cluster",
  azure: "it is an account's that is not ours",
  aws: "it is an account's that is not ours",
  google: "it is an account's that is not ours",
};
let failed = 0;
for (const example of examples) {
  const lack = lacks[example.needs];
  if (lack !== undefined) {
    console.log(`left out  ${example.name}: requires ${example.needs}: ${lack}`);
    continue;
  }
  try {
    await (example.from === undefined ? runExample(example) : assertFrom(example));
    console.log(`ok        ${example.name}`);
  } catch (error) {
    failed++;
    console.error(`FAILED    ${example.name}\n${error.stderr || error.message}`);
  }
}
if (examples.length === 0) console.error("no README has an example");
process.exitCode = failed === 0 && dead.length === 0 && examples.length > 0 ? 0 : 1;
