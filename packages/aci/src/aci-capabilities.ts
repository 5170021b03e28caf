import type { Capabilities } from "@longshore/core";

export type AciCapabilities = Required<
  Pick<Capabilities, "services" | "endpoints" | "exec" | "attach" | "backendLogs" | "ingest" | "preflight">
>;
