// What the commands of the root share. Runs on Node 20 without dependencies, since it is what installs them.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "node_modules", ".bin");
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const { NODE_ENV: _, ...inherited } = process.env;
const environment = {
  ...inherited,
  // The pinned Node stands first, and the tools with it.
  PATH: [bin, process.env.PATH].join(delimiter),
  DO_NOT_TRACK: "1",
  TURBO_TELEMETRY_DISABLED: "1",
};

/** As strangers write them: no part of the workspace. */
const foreign = ["examples/custom-plugin"];
/** Every package's folder, relative to the root. */
export const packageFolders = ["packages", "apps", "examples"]
  .flatMap((group) =>
    (existsSync(join(root, group)) ? readdirSync(join(root, group)).sort() : []).map((name) => `${group}/${name}`),
  )
  .concat("bench")
  .filter((folder) => !foreign.includes(folder) && existsSync(join(root, folder, "package.json")));

const graceMs = 10_000;
const running = new Set();
/** The exit code, once a signal has come. */
let stopping;

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // All of it has ended.
  }
}

/** Also those that have made a group of their own, as turbo's tasks do: by their session, where there is a /proc to read. */
function killSession({ pid: session }) {
  const numbers = existsSync("/proc/self/stat") ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  for (const number of numbers) {
    try {
      // After the name in parentheses: state, parent, group, session.
      const [, , , owner] = readFileSync(`/proc/${number}/stat`, "utf8").split(") ").at(-1).split(" ");
      if (Number(owner) === session) process.kill(Number(number), "SIGKILL");
    } catch {
      // It has ended.
    }
  }
  signalGroup({ pid: session }, "SIGKILL");
}

function stop(signal) {
  const again = stopping !== undefined;
  stopping = 128 + constants.signals[signal];
  if (running.size === 0) process.exit(stopping);
  if (again) running.forEach(killSession);
  else for (const child of running) signalGroup(child, signal);
  setTimeout(() => running.forEach(killSession), graceMs).unref();
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(signal));

// npm does not pass every signal on to what it runs: its end is one, too.
const parent = process.ppid;
const orphaned = () => stopping === undefined && process.ppid !== parent && stop("SIGTERM");
if (process.env.npm_lifecycle_event !== undefined) setInterval(orphaned, 500).unref();

/**
 * Runs a program to its end, in a process group of its own: a signal to this process reaches all of the group, once.
 * `capture` collects the output instead of showing it; a function is handed it as it comes. A failing program resolves too.
 */
export function run(command, args, { capture = false, env = {} } = {}) {
  if (stopping !== undefined) return new Promise(() => {});
  const out = capture ? "pipe" : "inherit";
  const child = spawn(command, args, {
    cwd: root,
    env: { ...environment, ...env },
    detached: true,
    stdio: ["ignore", out, out],
  });
  running.add(child);
  let output = "";
  const take = typeof capture === "function" ? capture : (text) => (output += text);
  child.stdout?.setEncoding("utf8").on("data", take);
  child.stderr?.setEncoding("utf8").on("data", take);
  return new Promise((resolve) => {
    const finish = (code) => {
      running.delete(child);
      if (stopping === undefined) resolve({ code, output });
      else if (running.size === 0) process.exit(stopping);
    };
    child.on("error", (error) => {
      const problem = `${command}: ${error.message}\n`;
      if (capture) take(problem);
      else process.stderr.write(problem);
      finish(1);
    });
    // What it leaves behind would hold the pipes open, and nobody waits for it any more.
    child.on("exit", () => killSession(child));
    child.on("close", (code) => finish(code ?? 1));
  });
}

const stampFile = join(root, "node_modules", ".longshore-installed");
const manifests = ["package.json", ...packageFolders.map((folder) => `${folder}/package.json`)];

/** What an installation follows from. */
function installStamp() {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\n`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests])
    if (existsSync(join(root, file))) hash.update(`${file}\n`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}
const isInstalled = () =>
  existsSync(stampFile) &&
  readFileSync(stampFile, "utf8") === installStamp() &&
  [join(bin, "turbo"), ...packageFolders.map((folder) => join(root, folder, "node_modules"))].every((path) => existsSync(path));

async function install() {
  if (isInstalled()) return 0;
  console.log(`Installing with ${packageManager}`);
  rmSync(stampFile, { force: true });
  const frozen = existsSync(join(root, "pnpm-lock.yaml")) ? ["--frozen-lockfile"] : [];
  // CI: pnpm asks no questions.
  const { code } = await run("npx", ["-y", packageManager, "install", ...frozen], { env: { CI: "true" } });
  if (code === 0) writeFileSync(stampFile, installStamp());
  return code;
}

/** Runs a task of every package that has it, what it depends on first. */
export const turbo = (task, flags = [], options = {}) =>
  run("turbo", ["run", task, "--cache=local:rw", "--ui=stream", ...flags], options);

/** Installs and builds everything. The exit code: 0 when done. */
export async function prepare() {
  const installed = await install();
  if (installed !== 0) return installed;
  console.log("Building");
  return (await turbo("build", ["--concurrency=2", "--output-logs=errors-only"])).code;
}
