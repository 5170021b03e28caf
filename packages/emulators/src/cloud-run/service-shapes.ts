import type { Container } from "./run-shapes.ts";

/** The parts of services, worker pools and revisions that the emulator reads, in their JSON form. The others are given back. */

export interface RevisionTemplate {
  readonly revision?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly scaling?: { readonly minInstanceCount?: number; readonly maxInstanceCount?: number };
  readonly timeout?: string;
  readonly serviceAccount?: string;
  readonly containers: readonly Container[];
  readonly maxInstanceRequestConcurrency?: number;
  readonly executionEnvironment?: string;
}

/** Of requests to a service, or of instances of a worker pool. */
export interface Target {
  readonly type?: string;
  readonly revision?: string;
  readonly percent?: number;
  readonly tag?: string;
}

export interface Scaling {
  readonly minInstanceCount?: number;
  readonly maxInstanceCount?: number;
  readonly scalingMode?: "SCALING_MODE_UNSPECIFIED" | "AUTOMATIC" | "MANUAL";
  readonly manualInstanceCount?: number;
}

/** A service or a worker pool as it is asked for. */
export interface ServiceSpec {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly template: RevisionTemplate;
  readonly traffic?: readonly Target[];
  readonly instanceSplits?: readonly Target[];
  readonly scaling?: Scaling;
  readonly launchStage?: string;
  readonly etag?: string;
}
