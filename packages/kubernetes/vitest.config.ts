import { defineConfig } from "vitest/config";
import shared from "../../vitest.shared.ts";

/** These need the cluster for themselves: they fill it, or take parts of it away. */
const alone = ["test/many.test.ts", "test/restart.test.ts"];
const { include = [], testTimeout = 60_000, hookTimeout = 120_000, ...settings } = shared.test ?? {};
const limits = { testTimeout, hookTimeout };

export default defineConfig({
  test: {
    ...settings,
    projects: [
      { test: { ...limits, name: "beside", include, exclude: alone, sequence: { groupOrder: 0 } } },
      { test: { ...limits, name: "alone", include: alone, fileParallelism: false, sequence: { groupOrder: 1 } } },
    ],
  },
});
