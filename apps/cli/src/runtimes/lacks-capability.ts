import { type Capabilities, LongshoreError, type Runtime } from "@longshore/core";

const deeds: Readonly<Partial<Record<keyof Capabilities, string>>> = {
  services: "run services",
  endpoints: "tell where a workload can be reached",
  exec: "run a command beside a workload",
  attach: "connect to a program's stdin or terminal",
  watch: "tell of changes as they come",
  stats: "measure what a workload uses",
  copy: "copy files in or out",
};

/** The refusal of a runtime that does not have what a command needs. */
export function lacksCapability(runtime: Runtime, name: keyof Capabilities, workload?: string): LongshoreError {
  const message = `${runtime.name} cannot ${deeds[name] ?? name}; longshore runtimes shows which runtime can do what`;
  const at = { operation: name, runtime: runtime.name, ...(workload !== undefined && { workload }) };
  return new LongshoreError(message, { code: "unsupported", ...at });
}
