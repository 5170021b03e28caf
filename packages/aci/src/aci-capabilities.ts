import type { Capabilities } from "@longshore/core";

export type AciCapabilities = Required<Pick<Capabilities, "services" | "endpoints" | "backendLogs" | "ingest" | "preflight">>;
