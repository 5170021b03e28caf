import type { AciDelays } from "./aci/aci-delays.ts";
import type { LocationLimits } from "./aci/locations.ts";
import type { FaultRule } from "./fault.ts";
import type { JournalLimits } from "./journal.ts";

/** All of it may be left out. */
export interface AciEmulatorOptions {
  /** On 127.0.0.1. Default 0: any that is free. */
  readonly port?: number;
  /** Plain HTTP instead of HTTPS. Default false. */
  readonly http?: boolean;
  /** What runs the containers. Default: `docker` where an engine answers, else `process`. */
  readonly engine?: "docker" | "process";
  /** What faults with a probability are drawn from. Default 1. */
  readonly seed?: number;
  /** Default: none. */
  readonly faults?: readonly FaultRule[];
  /** States last about as long as on Azure, and its documented quotas hold. Default false: quick, and they do not. */
  readonly realistic?: boolean;
  /** Single ones of those delays, in milliseconds. */
  readonly delays?: Partial<AciDelays>;
  /** Whether documented quotas hold, such as 100 creates in five minutes. Default: as `realistic`. */
  readonly quotas?: boolean;
  /** How many times as fast as real time the clock goes. Default 1. */
  readonly speed?: number;
  /** Those that exist. Default: every one. */
  readonly resourceGroups?: readonly string[];
  /** Those that exist, such as `westeurope`, and how large a group can be there. Default: every one, with the documented limits. */
  readonly locations?: Readonly<Record<string, LocationLimits>>;
  /** What the caller may not do, such as `Microsoft.ContainerInstance/containerGroups/write`: it may do everything else. Default: none. */
  readonly deniedActions?: readonly string[];
  /** Folders of this machine, by `account/share`: what is in those Azure file shares. Any other share is an empty one. */
  readonly fileShares?: Readonly<Record<string, string>>;
  /** Images that cannot be pulled, where containers are processes. Default: none. */
  readonly missingImages?: readonly string[];
  /** Images that are refused as those of Windows, beside those that are named so. Default: none. */
  readonly windowsImages?: readonly string[];
  /** What a location says it has at hand. Default: none. */
  readonly cachedImages?: readonly string[];
  /** How many groups a page of a list has. Default 100. */
  readonly pageSize?: number;
  /** What holds the network of a group on a Docker engine; it needs `sleep`. Default `busybox:1.35`. */
  readonly networkImage?: string;
  readonly journal?: JournalLimits;
}
