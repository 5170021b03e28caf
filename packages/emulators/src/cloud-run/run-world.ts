import type { Clock } from "../clock.ts";
import type { NewLogEntry } from "../cloud-logging/log-entry.ts";
import type { Engine } from "../engine.ts";
import type { IamPolicies } from "../google/iam-policies.ts";
import type { OperationStore } from "../google/operation-store.ts";
import type { CloudRunDelays } from "./run-delays.ts";

/** Where containers' output goes. */
export interface LogSink {
  append(entries: readonly NewLogEntry[]): void;
}

/** What environment variables refer to. */
export interface SecretValues {
  /** @param secret A secret's id, or its whole name. @returns undefined where there is none, or no such version. */
  find(project: string, secret: string, version: string): string | undefined;
}

/** What Cloud Run stands on. */
export interface RunWorld {
  readonly clock: Clock;
  readonly engine: Engine;
  readonly delays: CloudRunDelays;
  readonly logs: LogSink;
  readonly secrets: SecretValues;
  readonly operations: OperationStore;
  readonly policies: IamPolicies;
  /** The service accounts that exist; undefined where every one does. */
  readonly serviceAccounts?: ReadonlySet<string>;
  /** Whether the documented quotas hold. */
  readonly quotas: boolean;
  /** Who is told to have made things. */
  readonly caller: string;
}

/** A region of a project. */
export interface RunPlace {
  readonly project: string;
  readonly location: string;
}

export const parentOf = ({ project, location }: RunPlace): string => `projects/${project}/locations/${location}`;
