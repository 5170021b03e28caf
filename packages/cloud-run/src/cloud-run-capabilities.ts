import type { Capabilities } from "@longshore/core";

export type CloudRunCapabilities = Required<
  Pick<Capabilities, "services" | "endpoints" | "backendLogs" | "ingest" | "preflight" | "images">
>;
