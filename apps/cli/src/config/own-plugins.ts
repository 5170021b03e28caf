/** Short names of the plugins that the command comes with, for `use`. Any other plugin goes by its package's name. */
export const ownPlugins: Readonly<Record<string, string>> = {
  "local-process": "@longshore/local-process",
  docker: "@longshore/docker",
  kubernetes: "@longshore/kubernetes",
  ecs: "@longshore/ecs",
  aci: "@longshore/aci",
  "cloud-run": "@longshore/cloud-run",
};
