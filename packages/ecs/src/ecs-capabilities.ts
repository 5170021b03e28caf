import type { Capabilities } from "@longshore/core";

export type EcsCapabilities = Required<
  Pick<Capabilities, "services" | "endpoints" | "exec" | "backendLogs" | "ingest" | "preflight" | "images">
>;
