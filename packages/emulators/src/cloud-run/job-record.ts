import { GoogleError } from "../google/google-error.ts";
import type { ExecutionTrouble } from "./run-fault-kinds.ts";
import type { RunPlace } from "./run-world.ts";
import type { AttemptResult, Condition, ExecutionTemplate, Job, TaskTemplate } from "./run-shapes.ts";

export type TaskState = "pending" | "running" | "succeeded" | "failed" | "cancelled";

export interface TaskRecord {
  readonly name: string;
  readonly id: string;
  readonly uid: string;
  readonly index: number;
  readonly createdAt: number;
  state: TaskState;
  updatedAt: number;
  scheduledAt?: number;
  startedAt?: number;
  completedAt?: number;
  retried: number;
  lastAttempt?: AttemptResult;
  message?: string;
}

export interface ExecutionRecord {
  /** The whole one. */
  readonly name: string;
  readonly id: string;
  readonly uid: string;
  readonly job: JobRecord;
  readonly creator: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly parallelism: number;
  readonly taskCount: number;
  readonly template: TaskTemplate;
  readonly tasks: readonly TaskRecord[];
  readonly trouble: ExecutionTrouble;
  readonly createdAt: number;
  /** Grows with each change. */
  version: number;
  updatedAt: number;
  startedAt?: number;
  completedAt?: number;
  deletedAt?: number;
  /** Somebody asked for its end. */
  cancelling: boolean;
  /** Why it could not even begin. */
  problem?: Pick<Condition, "message" | "reason">;
}

/** How a job's own preparation has gone. */
export interface Readiness {
  readonly state: "pending" | "ready" | "failed";
  readonly at: number;
  readonly reason?: string;
  readonly message?: string;
}

export interface JobRecord {
  readonly name: string;
  readonly id: string;
  readonly place: RunPlace;
  readonly uid: string;
  readonly creator: string;
  readonly createdAt: number;
  /** As it was asked for, with defaults. */
  spec: Job & { readonly template: ExecutionTemplate };
  generation: number;
  version: number;
  updatedAt: number;
  deletedAt?: number;
  readiness: Readiness;
  /** By short names, oldest first. */
  readonly executions: Map<string, ExecutionRecord>;
  executionCount: number;
}

/** A tag that changes with whatever it stands for. */
export const etagOf = ({ uid, version }: { readonly uid: string; readonly version: number }): string =>
  `"${Buffer.from(`${uid.slice(0, 8)}:${version}`).toString("base64")}"`;

/** @throws `ABORTED` where somebody else has changed it since. */
export function checkEtag(
  record: { readonly name: string; readonly uid: string; readonly version: number },
  etag?: string,
): void {
  if (!etag || etag === etagOf(record)) return;
  throw new GoogleError(
    "ABORTED",
    `Conflict for resource '${record.name.split("/").at(-1)}': version '${etag}' was specified but current version is '${etagOf(record)}'.`,
  );
}
