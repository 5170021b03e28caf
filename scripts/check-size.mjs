// What each package weighs: packed, and in what an import of each of its entry points reads and evaluates, dependencies included.
// Bytes and not times, so that every machine says the same. `npm run size -- --write` sets the budgets anew, with room to grow.
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { packageFolders } from "./toolchain.mjs";

const exec = promisify(execFile);
const file = "scripts/size-budgets.json";
/** Room for what comes next; whoever needs more writes it down. */
const headroom = 1.5;
const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

/** Runs in a fresh process: the bytes of all modules that an import loads. What loads on `open` is not among them. */
const count = `
import { registerHooks } from "node:module";
let bytes = 0;
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (url.startsWith("file:") && loaded.source != null) bytes += Buffer.byteLength(loaded.source);
    return loaded;
  },
});
await import(process.argv[1]);
console.log(bytes);`;
async function loadedBy(entry) {
  const { stdout } = await exec("node", ["--input-type=module", "-e", count, pathToFileURL(resolve(entry)).href]);
  return Number(stdout);
}

async function packedSize(folder, place) {
  const { stdout } = await exec("pnpm", ["pack", "--json", "--pack-destination", place], { cwd: folder });
  const { size } = await stat(join(place, basename(JSON.parse(stdout).filename)));
  return size;
}

async function measure(place) {
  const sizes = {};
  for (const folder of packageFolders) {
    const { name, private: hidden, exports = {} } = manifestOf(folder);
    if (hidden) continue;
    sizes[`${name} packed`] = await packedSize(folder, place);
    for (const [path, target] of Object.entries(exports))
      if (target.default) sizes[`${name}${path.slice(1)} imported`] = await loadedBy(join(folder, target.default));
  }
  return sizes;
}

const inKib = (bytes) => Math.ceil(bytes / 1024);
const place = await mkdtemp(join(tmpdir(), "longshore-size-"));
try {
  const sizes = await measure(place);
  if (process.argv.includes("--write")) {
    const budgets = Object.fromEntries(Object.entries(sizes).map(([what, bytes]) => [what, `${inKib(bytes * headroom)} KiB`]));
    writeFileSync(file, `${JSON.stringify(budgets, undefined, 2)}\n`);
  }
  const budgets = JSON.parse(readFileSync(file, "utf8"));
  for (const what of new Set([...Object.keys(sizes), ...Object.keys(budgets)])) {
    const [size, most] = [inKib(sizes[what]), parseInt(budgets[what], 10)];
    const within = size <= most;
    console.log(
      `${within ? "ok    " : "OVER  "}${what.padEnd(40)}${String(size).padStart(6)} of ${String(most).padStart(5)} KiB`,
    );
    if (!within) process.exitCode = 1;
  }
} finally {
  await rm(place, { recursive: true, force: true });
}
