import type { AciConfig } from "./aci-config.ts";

const defaultPollMs = 2000;

export const pollMsOf = ({ config }: { readonly config: AciConfig }): number => config.pollMs ?? defaultPollMs;
