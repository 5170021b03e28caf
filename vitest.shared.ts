import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    allowOnly: false,
    passWithNoTests: true,
    coverage: { provider: "v8", include: ["src/**"] },
    reporters: ["default", fileURLToPath(new URL("scripts/vitest-results.mjs", import.meta.url))],
  },
});
