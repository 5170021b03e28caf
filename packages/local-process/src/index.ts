export type { LocalProcessConfig } from "./local-process-config.ts";
export { runtime } from "./local-process-plugin.ts";
export type { ProcessRequest } from "./process-request.ts";
export type { LocalProcessOptions } from "./to-process-request.ts";
