// Two kinds of reports become one: vitest's own, which says which lines could run, and V8's of the processes that tests started.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { SourceMap } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./toolchain.mjs";

const nameOf = (file) => relative(root, file);

/** A line could run where a statement begins in it, and did where one of those did. */
function readVitest(file, lines) {
  if (!existsSync(file)) return;
  for (const { path, statementMap, s: counts } of Object.values(JSON.parse(readFileSync(file, "utf8")))) {
    const known = lines.get(nameOf(path)) ?? lines.set(nameOf(path), new Map()).get(nameOf(path));
    for (const [index, { start }] of Object.entries(statementMap)) {
      known.set(start.line, (known.get(start.line) ?? false) || counts[index] > 0);
    }
  }
}

/** Which characters ran. Ranges within others come after them, and know better. */
function ran(text, functions) {
  const hit = new Uint8Array(text.length).fill(1);
  for (const { ranges } of functions)
    for (const { startOffset, endOffset, count } of ranges) hit.fill(count > 0 ? 1 : 0, startOffset, endOffset);
  return hit;
}
/** Where each line of what ran comes from: types are stripped in place, and what was compiled has a map beside it. */
function* placesOf(file, text) {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const map = `${file}.map`;
  if (file.endsWith(".ts")) {
    for (const [line, start] of starts.entries()) {
      const indent = /^[ \t]*/.exec(text.slice(start, starts[line + 1]))[0].length;
      yield { file, line: line + 1, offset: start + indent };
    }
  } else if (existsSync(map)) {
    const source = new SourceMap(JSON.parse(readFileSync(map, "utf8")));
    for (const [line, start] of starts.entries()) {
      const end = (starts[line + 1] ?? text.length + 1) - 1;
      let last = "";
      for (let column = 0; start + column < end; column++) {
        const found = source.findEntry(line, column);
        const key = `${found.originalLine}:${found.originalColumn}`;
        if (found.originalSource === undefined || found.generatedLine !== line || key === last) continue;
        last = key;
        yield { file: resolve(dirname(file), found.originalSource), line: found.originalLine + 1, offset: start + column };
      }
    }
  }
}

const places = new Map();
function knownPlaces(file) {
  if (!places.has(file)) {
    const text = readFileSync(file, "utf8");
    places.set(file, { text, all: [...placesOf(file, text)] });
  }
  return places.get(file);
}

/** Only lines that vitest knows of: what could run is one question, what did another. */
function readChild(report, lines) {
  for (const { url, functions } of report.result) {
    if (!/\/packages\/[^/]+\/(src|dist)\/[^?]+\.(js|ts)$/.test(url) || !url.startsWith("file:")) continue;
    const { text, all } = knownPlaces(fileURLToPath(url));
    const hit = ran(text, functions);
    for (const { file, line, offset } of all) {
      const known = lines.get(nameOf(file));
      if (hit[offset] === 1 && known?.has(line)) known.set(line, true);
    }
  }
}

/** Adds what one run left in `place` to `lines`: by file, by line, whether it ran. */
export function readCoverage(place, lines) {
  readVitest(join(place, "vitest/coverage-final.json"), lines);
  const children = join(place, "children");
  const files = existsSync(children) ? readdirSync(children).filter((file) => file.endsWith(".json")) : [];
  const reports = files.flatMap((file) => {
    try {
      return [JSON.parse(readFileSync(join(children, file), "utf8"))];
    } catch {
      // It was killed while it wrote.
      return [];
    }
  });
  for (const report of reports) readChild(report, lines);
  console.log(`  with ${reports.length} processes that they started`);
}
