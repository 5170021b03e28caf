import type { Capabilities } from "@longshore/core";

export type EcsCapabilities = object & Capabilities;
