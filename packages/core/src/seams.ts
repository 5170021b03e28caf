import type { CallOptions } from "./call.ts";
import type { Capabilities } from "./capabilities.ts";
import type { LogQuery } from "./follow-logs.ts";
import type { Brand, WorkloadId } from "./ids.ts";
import type { ImageConfig } from "./image-config.ts";
import type { Instant } from "./instant.ts";
import type { LogRecord } from "./log-record.ts";
import type { StopResult } from "./runtime-driver.ts";
import type { Runtime } from "./runtime.ts";
import type { TaskSpec } from "./spec.ts";
import type { Wrapped } from "./wrap-capabilities.ts";

export type ExecutionId = Brand<string, "ExecutionId">;
/** One attempt of an execution. A runtime reads the workload, a log service may file by execution. */
export interface Attempt {
  readonly execution: ExecutionId;
  readonly workload: WorkloadId;
}
export interface TaskExecutor {
  /** The same spec again is the same task. */
  startTask(spec: TaskSpec, options?: CallOptions): Promise<{ readonly id: WorkloadId; readonly createdAt: Instant }>;
  /** Without grace. */
  killTask(id: WorkloadId, options?: CallOptions): Promise<StopResult>;
}
export interface ImageRegistry {
  registerImage(image: ImageConfig, options?: CallOptions): Promise<void>;
  listImages(options?: CallOptions): AsyncIterable<ImageConfig>;
  getImage(reference: string, options?: CallOptions): Promise<ImageConfig | undefined>;
  removeImage(reference: string, options?: CallOptions): Promise<void>;
}
export interface LogAggregator {
  fetchLogsByExecutionId(attempt: Attempt, query?: LogQuery, options?: CallOptions): AsyncIterable<LogRecord>;
}
export interface BackendObservability {
  fetchBackendLogs(attempt: Attempt, options?: CallOptions): AsyncIterable<LogRecord>;
}
export interface Seams {
  readonly tasks: TaskExecutor;
  readonly images: ImageRegistry;
  readonly logs: LogAggregator;
  readonly backend: BackendObservability;
}

export const tasksOn = (runtime: Runtime): TaskExecutor => ({
  async startTask(spec, options) {
    const { id, createdAt } = await runtime.start(spec, options);
    return { id, createdAt };
  },
  killTask: (id, options) => runtime.stop(id, { ...options, graceMs: 0 }),
});
export const logsOn = (runtime: Runtime): LogAggregator => ({
  fetchLogsByExecutionId: ({ workload }, query, options) => runtime.logs(workload, query, options),
});

/** What offers a capability: a runtime that lacks it does not compile here. */
interface Offers<K extends keyof Capabilities> {
  readonly capabilities: Wrapped<Required<Pick<Capabilities, K>>>;
}
export const backendLogsOn = ({ capabilities }: Offers<"backendLogs">): BackendObservability => ({
  fetchBackendLogs: ({ workload }, options) => capabilities.backendLogs.backendLogs(workload, options),
});
export const imagesOn = ({ capabilities: { images } }: Offers<"images">): ImageRegistry => ({
  registerImage: (image, options) => images.register(image, options),
  listImages: (options) => images.list({}, options),
  async getImage(reference, options) {
    for await (const image of images.list({}, options)) if (image.reference === reference) return image;
    return undefined;
  },
  removeImage: (reference, options) => images.remove(reference, options),
});

/** Each seam from where one likes. What was not given is not there, also for the compiler; tasks always are. */
export const composeSeams = <const S extends Pick<Seams, "tasks"> & Partial<Seams>>(seams: S): Readonly<S> =>
  Object.freeze({ ...seams });
