import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

type Exports = string | null | undefined | readonly Exports[] | { readonly [key: string]: Exports };

/** What `import` would take, the order of the package's own conditions kept (nodejs.org/api/packages.html). */
function importTarget(target: Exports): string | undefined {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null) return undefined;
  if (Array.isArray(target)) return target.map(importTarget).find((found) => found !== undefined);
  const entries = Object.entries(target);
  const [, main] = entries.find(([key]) => key === ".") ?? [];
  if (main !== undefined) return importTarget(main);
  const known = entries.filter(([key]) => ["node", "import", "module-sync", "default"].includes(key));
  return known.map(([, inner]) => importTarget(inner)).find((found) => found !== undefined);
}

/** A package that offers itself to `import` alone, which `require.resolve` does not see. */
async function importOnly(name: string, paths: readonly string[]): Promise<string | undefined> {
  for (const folder of paths) {
    const manifest = await readFile(join(folder, name, "package.json"), "utf8").catch(() => undefined);
    if (manifest === undefined) continue;
    const target = importTarget((JSON.parse(manifest) as { readonly exports?: Exports }).exports);
    return target === undefined ? undefined : pathToFileURL(join(folder, name, target)).href;
  }
  return undefined;
}

/** The URL to import a package by, as seen from `folder`. Undefined where it is not installed there or above. */
export async function resolvePackage(name: string, folder: string): Promise<string | undefined> {
  const { resolve } = createRequire(join(folder, "longshore.yaml"));
  try {
    return pathToFileURL(resolve(name)).href;
  } catch {
    return importOnly(name, resolve.paths(name) ?? [join(dirname(folder), "node_modules")]);
  }
}
