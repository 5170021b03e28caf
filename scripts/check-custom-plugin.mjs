// examples/custom-plugin as a stranger has it: outside of this repository, with our packages as they would be published. It is
// installed, type-checked, held against the conformance suite, packed itself, and run by the command from a longshore.yaml.
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { endProcesses } from "./end-processes.mjs";

const exec = promisify(execFile);
// Not the toolchain's, which ends this process at the first signal.
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ours = [
  "packages/core",
  "packages/conformance",
  "packages/local-process",
  "packages/docker",
  "packages/kubernetes",
  "packages/ecs",
  "packages/aci",
  "packages/cloud-run",
  "packages/emulators",
  "apps/cli",
];
const mostLines = 200;

const place = await mkdtemp(join(tmpdir(), "longshore-stranger-"));
const stopped = new AbortController();
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
])
  process.on(signal, () => stopped.abort(code));

/** Says what failed, with all that it printed. Whatever it makes is below `place`, and so are the tasks of the suite. */
async function run(command, args, options) {
  const env = { ...process.env, TMPDIR: place, ...options.env };
  try {
    const { stdout } = await exec(command, args, {
      timeout: 600_000,
      maxBuffer: 2 ** 26,
      encoding: "utf8",
      signal: stopped.signal,
      ...options,
      env,
    });
    return String(stdout);
  } catch (error) {
    const said = `${error.stdout ?? ""}${error.stderr ?? ""}`.trimEnd();
    throw new Error(`${command} ${args.join(" ")} failed (${error.code ?? error.signal})\n${said}`, { cause: error });
  }
}
async function pack(folder) {
  const stdout = await run("pnpm", ["pack", "--json", "--pack-destination", place], { cwd: folder });
  const { name, filename } = JSON.parse(stdout);
  return [name, `file:${join(place, basename(filename))}`];
}
/** What bears one of our names comes from a tarball that was made just now, wherever in the tree it is. */
async function install(folder, tarballs) {
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  for (const kind of ["dependencies", "devDependencies"]) {
    for (const name of Object.keys(manifest[kind] ?? {})) manifest[kind][name] = tarballs[name] ?? manifest[kind][name];
  }
  manifest.overrides = Object.fromEntries(Object.entries(tarballs).filter(([name]) => name !== manifest.name));
  await writeFile(join(folder, "package.json"), JSON.stringify(manifest, undefined, 2));
  await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: folder });
  const { packages } = JSON.parse(await readFile(join(folder, "package-lock.json"), "utf8"));
  for (const [place, { resolved = "" }] of Object.entries(packages)) {
    const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(place) ?? [];
    if (name in tarballs && !resolved.startsWith("file:")) throw new Error(`${place} came from ${resolved}, not from here`);
  }
}

/** Imports, comments and empty lines do not count. */
const isCode = (line) => !/^(import |\s*($|\/\/|\/\*|\*))/.test(line);
async function countLines(folder) {
  const files = (await readdir(folder)).map((file) => readFile(join(folder, file), "utf8"));
  const lines = (await Promise.all(files)).flatMap((text) => text.split("\n")).filter(isCode).length;
  if (lines > mostLines) throw new Error(`the plugin has ${lines} lines of code; it is to show that ${mostLines} are enough`);
  return lines;
}
async function conform(folder) {
  const stdout = await run("node", ["--test", "--test-reporter=tap", "test/conformance.test.ts"], { cwd: folder });
  const count = (word) => Number(new RegExp(`^# ${word} (\\d+)$`, "m").exec(stdout)?.[1]);
  if (!(count("pass") > 0)) throw new Error(`no test of the suite ran:\n${stdout}`);
  console.log(`conformance of the plugin: ${count("pass")} passed, ${count("skipped")} skipped by what its traits exclude`);
}

/** From its folder's `longshore.yaml`, by the installed command. */
async function useByCommand(folder) {
  const env = { FOLDER: join(folder, "state") };
  const longshore = (...args) => run(join(folder, "node_modules/.bin/longshore"), args, { cwd: folder, env });
  const stdout = await longshore("run", "--runtime", "here", "--", "sh", "-c", "echo hello from $$");
  if (!/^hello from \d+\n$/.test(stdout)) throw new Error(`longshore run printed ${JSON.stringify(stdout)}`);
  await longshore("run", "--runtime", "here", "--id", "a1", "--detach", "--", "sh", "-c", "echo one; exit 3");
  const code = await longshore("wait", "a1").then(
    () => 0,
    ({ cause }) => cause.code,
  );
  if (code !== 3) throw new Error(`longshore wait exited with ${code}, expected the task's 3`);
  const logs = await longshore("logs", "a1");
  if (logs !== "one\n") throw new Error(`longshore logs printed ${JSON.stringify(logs)}`);
  await longshore("rm", "a1");
  const left = await readdir(join(folder, "state/example"));
  if (left.length > 0) throw new Error(`longshore rm left ${left.join(", ")}`);
}

async function check() {
  const tarballs = Object.fromEntries(await Promise.all(ours.map((folder) => pack(join(root, folder)))));
  const plugin = join(place, "plugin");
  await cp(join(root, "examples/custom-plugin"), plugin, { recursive: true });
  await install(plugin, tarballs);
  console.log(`lines of code: ${await countLines(join(plugin, "src"))}`);
  await run("tsc", ["-p", "tsconfig.json"], { cwd: plugin });
  await run("tsc", ["-p", "tsconfig.test.json"], { cwd: plugin });
  const user = join(place, "user");
  await mkdir(user);
  const [name, archive] = await pack(plugin);
  const dependencies = Object.fromEntries([name, "longshore", "@longshore/core"].map((wanted) => [wanted, "*"]));
  await writeFile(join(user, "package.json"), JSON.stringify({ name: "user", private: true, dependencies }));
  await install(user, { ...tarballs, [name]: archive });
  await cp(join(plugin, "longshore.yaml"), join(user, "longshore.yaml"));
  if (process.platform !== "linux") {
    console.log("left out  conformance and command: requires linux: the plugin reads /proc");
    return;
  }
  await conform(plugin);
  await useByCommand(user);
}

const unreachable = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b/;
try {
  await check();
} catch (error) {
  if (stopped.signal.aborted) process.exitCode = stopped.signal.reason;
  else if (unreachable.test(error.message) && / install /.test(error.message)) {
    console.log("left out  all of it: requires npm: its registry cannot be reached, and its cache lacks something");
  } else {
    console.error(error.message);
    process.exitCode = 1;
  }
} finally {
  endProcesses(place);
  await rm(place, { recursive: true, force: true, maxRetries: 10 });
}
