// The config of vitest for `npm run coverage`: in a package's folder, which LONGSHORE_COVERAGE names, from its sources and core's.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import shared from "../vitest.shared.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { LONGSHORE_COVERAGE: folder, LONGSHORE_COVERAGE_NAME: name, LONGSHORE_COVERAGE_PLACE: place } = process.env;
const core = `${root}packages/core/src`;
const alias = [
  [/^@longshore\/core$/, `${core}/index.ts`],
  [/^@longshore\/core\/driver$/, `${core}/driver-entry.ts`],
  [/^@longshore\/core\/sessions$/, `${core}/sessions-entry.ts`],
  [/^@longshore\/core\/memory$/, `${core}/memory-entry.ts`],
  [new RegExp(`^${name}$`), `${root}${folder}/src/index.ts`],
].map(([find, replacement]) => ({ find, replacement }));

export default defineConfig({
  resolve: { alias },
  test: {
    ...shared.test,
    reporters: ["default"],
    env: { NODE_V8_COVERAGE: `${place}/children` },
    setupFiles: [`${root}scripts/coverage-setup.mjs`],
    coverage: {
      provider: "v8",
      enabled: true,
      allowExternal: true,
      // Of the package's own relative to it, of another absolute.
      include: ["src/**/*.ts", `${core}/**/*.ts`],
      reporter: ["json"],
      reportsDirectory: `${place}/vitest`,
      reportOnFailure: true,
    },
  },
});
