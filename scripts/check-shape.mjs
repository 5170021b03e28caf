// Every package looks like every other, and a reader who knows one driver finds the same file in the next.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { packageFolders } from "./toolchain.mjs";

/** The words that a driver's file names may use for what its backend runs. */
const drivers = {
  aci: ["task", "aci"],
  "cloud-run": ["task", "cloud-run"],
  docker: ["container", "docker"],
  ecs: ["task", "ecs"],
  kubernetes: ["pod", "kubernetes"],
  "local-process": ["process"],
};

/** What has nothing to do with core: no driver, and nothing for one. */
const apart = ["packages/core", "packages/emulators"];

const problems = [];
const require = (holds, place, problem) => holds || problems.push(`${place}: ${problem}`);
const filesIn = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    : [];

function checkManifest(folder, manifest) {
  require(manifest.type === "module", folder, '"type" is not "module"');
  require(manifest.license === "Apache-2.0", folder, "no licence");
  require(manifest.description, folder, "no description");
  require(manifest.sideEffects === false, folder, '"sideEffects" is not false');
  require(manifest.files?.includes("dist"), folder, '"files" lacks dist');
  require(manifest.files?.includes("LICENSE"), folder, '"files" lacks LICENSE');
  require(manifest.engines?.node === ">=22.19", folder, '"engines.node" is not >=22.19');
  require(manifest.publishConfig?.access === "public", folder, '"publishConfig.access" is not public');
  require(manifest.exports, folder, 'no "exports"');
  for (const [path, target] of Object.entries(manifest.exports ?? {})) {
    if (path === "./package.json") continue;
    const [first, last] = [Object.keys(target)[0], Object.keys(target).at(-1)];
    require(first === "types" && last === "default", folder, `export ${path} is not { types, default }`);
    for (const file of Object.values(target)) require(existsSync(join(folder, file)), folder, `export ${path}: no ${file}`);
  }
}

function checkCorePeer(folder, manifest) {
  require(manifest.peerDependencies?.["@longshore/core"], folder, "@longshore/core is not a peer dependency");
  require(!manifest.dependencies?.["@longshore/core"], folder, "@longshore/core is a dependency, not only a peer");
}

function checkSources(folder) {
  for (const file of [...filesIn(join(folder, "src")), ...filesIn(join(folder, "test"))]) {
    const name = basename(file);
    if (!name.endsWith(".ts")) continue;
    require(/^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.bench)?\.ts$/.test(name), file, "the name is not kebab-case");
    require(!/^(utils?|helpers?|misc|common)\.ts$/.test(name), file, "the name says nothing");
    require(!/^export \*/m.test(readFileSync(file, "utf8")), file, "`export *`: list the names");
  }
}

function checkDriver(folder, words) {
  const name = basename(folder);
  const has = (file) => existsSync(join(folder, "src", file));
  for (const part of ["plugin", "config", "driver"]) require(has(`${name}-${part}.ts`), folder, `no src/${name}-${part}.ts`);
  for (const [before, after] of [
    ["to", "request"],
    ["map", "state"],
    ["classify", "error"],
    ["read", "logs"],
  ]) {
    const names = words.map((word) => `${before}-${word}-${after}.ts`);
    require(names.some(has), folder, `no src/${names.join(" or src/")}`);
  }
}

for (const folder of packageFolders) {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  checkSources(folder);
  if (manifest.private) continue;
  checkManifest(folder, manifest);
  require(existsSync(join(folder, "README.md")), folder, "no README.md");
  const licence = join(folder, "LICENSE");
  require(existsSync(licence) &&
    readFileSync(licence, "utf8") === readFileSync("LICENSE", "utf8"), folder, "no LICENSE like the root's");
  if (folder.startsWith("packages/") && !apart.includes(folder)) checkCorePeer(folder, manifest);
  const words = drivers[basename(folder)];
  if (words) checkDriver(folder, words);
}
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
