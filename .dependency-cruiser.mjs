/** Imports run one way: apps → orchestrator → core ← drivers. */
export default {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "resolves", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "core-knows-no-vendor",
      severity: "error",
      from: { path: "^packages/core/src/" },
      to: {
        pathNot: ["^packages/core/", "node_modules/(cockatiel|leven|@standard-schema/spec)/"],
        dependencyTypesNot: ["core"],
      },
    },
    {
      name: "drivers-know-core-alone",
      comment: "Not each other, no emulator, nothing above them.",
      severity: "error",
      from: { path: "^packages/(?!core/|orchestrator/)([^/]+)/src/" },
      to: { path: "^packages/", pathNot: "^packages/(core|$1)/" },
    },
    {
      name: "nothing-knows-the-apps",
      severity: "error",
      from: { path: "^packages/" },
      to: { path: "^(apps|examples)/" },
    },
    {
      name: "sources-know-no-tests",
      severity: "error",
      from: { path: "^(packages|apps)/[^/]+/src/" },
      to: { path: "^(packages|apps)/[^/]+/test/" },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "^(packages|apps)/[^/]+/dist/"] },
    // A stranger's: its imports resolve where scripts/check-custom-plugin.mjs installs it.
    exclude: { path: ["^(packages|apps)/[^/]+/(dist|node_modules)/.*\\.map$", "^examples/custom-plugin/"] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "default"] },
  },
};
