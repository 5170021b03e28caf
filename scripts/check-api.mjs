// One report for each entry point of each package, in docs/api: what is exported, and what that is made of, without comments.
// Without arguments it says which reports differ from the code; `npm run api` writes them anew. It reads the emitted .d.ts files.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseSync } from "oxc-parser";
import { packageFolders } from "./toolchain.mjs";

const place = "docs/api";
const write = process.argv.includes("--write");

/** What a declaration file declares, imports, exports and re-exports, each by name. */
function readModule(file) {
  const text = readFileSync(file, "utf8");
  const { program, comments } = parseSync(file, text);
  const module = { declared: new Map(), imported: new Map(), exported: new Map() };
  const sourceOf = ({ start, end }) => {
    const within = comments.filter((comment) => comment.start >= start && comment.end <= end).reverse();
    const bare = within.reduce(
      (kept, comment) => kept.slice(0, comment.start - start) + kept.slice(comment.end - start),
      text.slice(start, end),
    );
    return bare.replace(/^\s*\n/gm, "").replace(/[ \t]+$/gm, "");
  };
  const declare = (node, exported) => {
    const names = node.declarations?.map(({ id }) => id.name) ?? [node.id.name];
    for (const name of names) {
      module.declared.set(name, [...(module.declared.get(name) ?? []), sourceOf(node)]);
      if (exported) module.exported.set(name, { name });
    }
  };
  for (const node of program.body) {
    const from = node.source?.value;
    const next = from?.startsWith(".")
      ? resolve(dirname(file), from.replace(/\.ts$/, ".d.ts").replace(/\.js$/, ".d.ts"))
      : undefined;
    if (node.type === "ImportDeclaration") {
      for (const { local, imported } of node.specifiers)
        module.imported.set(local.name, { from, file: next, name: imported?.name ?? "*" });
    } else if (node.type === "ExportNamedDeclaration" && node.declaration) declare(node.declaration, true);
    else if (node.type === "ExportNamedDeclaration") {
      for (const { local, exported } of node.specifiers)
        module.exported.set(exported.name, { from, file: next, name: local.name });
    } else if (node.id ?? node.declarations) declare(node, false);
    else throw new Error(`${file}: cannot report a ${node.type}`);
  }
  return module;
}

const modules = new Map();
const moduleOf = (file) => modules.get(file) ?? modules.set(file, readModule(file)).get(file);

/** Where a name is declared; undefined where another package has it. */
function find(file, name) {
  const module = moduleOf(file);
  if (module.declared.has(name)) return { file, name, text: module.declared.get(name).join("\n") };
  const known = module.exported.get(name) ?? module.imported.get(name);
  if (known?.file) return find(known.file, known.name);
  return known?.from ? { from: known.from, name: known.name } : undefined;
}
const wordsOf = (text) => new Set(text.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/[A-Za-z_$][\w$]*/g));

/** What the exported declarations speak of and the entry does not export itself, and what that speaks of in turn. */
function reachedFrom(found) {
  const seen = new Map(found.map((one) => [`${one.file}#${one.name}`, one]));
  const [waiting, inner, foreign] = [[...found], [], new Set()];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { imported, declared } = moduleOf(next.file);
    for (const word of wordsOf(next.text)) {
      if (word === next.name || !(imported.has(word) || declared.has(word))) continue;
      const target = find(next.file, word);
      if (target?.from) foreign.add(`${target.from}: ${target.name}`);
      if (!target?.file || seen.has(`${target.file}#${target.name}`)) continue;
      seen.set(`${target.file}#${target.name}`, target);
      inner.push(target);
      waiting.push(target);
    }
  }
  return { inner, foreign: [...foreign].toSorted((a, b) => (a < b ? -1 : 1)) };
}

const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.text < b.text ? -1 : 1);
const block = (ones) => [
  "```ts",
  ones
    .toSorted(byName)
    .map(({ text }) => text)
    .join("\n"),
  "```",
];

function report(title, file) {
  const found = [...moduleOf(file).exported.keys()].map((name) => {
    const target = find(file, name);
    if (!target?.file) throw new Error(`${file}: ${name} is not declared here`);
    return { ...target, name };
  });
  const { inner, foreign } = reachedFrom(found.map((one) => ({ ...one, name: find(file, one.name).name })));
  const lines = [`# ${title}`, "", "Written by `npm run api`. What is exported:", "", ...block(found)];
  if (inner.length > 0) lines.push("", "What that speaks of and is not exported here:", "", ...block(inner));
  if (foreign.length > 0) lines.push("", "What it takes from others:", "", ...foreign.map((name) => `- ${name}`));
  return `${lines.join("\n")}\n`;
}

function reports() {
  const all = new Map();
  for (const folder of packageFolders) {
    const { name, private: hidden, exports = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    if (hidden) continue;
    for (const [path, { types } = {}] of Object.entries(exports).filter(([, target]) => target.types)) {
      const title = path === "." ? name : `${name}/${path.slice(2)}`;
      all.set(`${title.replace(/^@longshore\//, "").replaceAll("/", ".")}.md`, report(title, resolve(folder, types)));
    }
  }
  return all;
}

mkdirSync(place, { recursive: true });
const wanted = reports();
const differing = [];
for (const name of new Set([...wanted.keys(), ...readdirSync(place)])) {
  const file = join(place, name);
  const text = wanted.get(name);
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  differing.push(file);
  if (!write) continue;
  if (text === undefined) rmSync(file);
  else writeFileSync(file, text);
}
for (const file of differing)
  console.log(
    write ? `written  ${file}` : `${file} is not what the packages export: npm run api writes it, git diff shows the change`,
  );
process.exitCode = write || differing.length === 0 ? 0 : 1;
