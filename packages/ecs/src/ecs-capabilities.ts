import type { Capabilities } from "@longshore/core";

export type EcsCapabilities = Required<
  Pick<Capabilities, "services" | "endpoints" | "backendLogs" | "ingest" | "preflight" | "images">
>;
