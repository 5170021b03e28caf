import type { CpuAsked, MemoryAsked } from "./units.ts";

/** An image as a team registers it: what a task gets that asks for nothing else. */
export interface ImageConfig {
  readonly reference: string;
  readonly cpu?: CpuAsked;
  readonly memory?: MemoryAsked;
  readonly platform?: `${string}/${string}`;
  readonly taskRole?: string;
  readonly executionRole?: string;
  readonly isDefault: boolean;
  readonly registeredBy?: string;
}
