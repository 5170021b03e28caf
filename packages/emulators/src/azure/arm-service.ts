import type { CloudCall } from "../cloud.ts";
import type { OpenApi, OperationModel } from "./open-api.ts";

/** A request that is as its description says. */
export interface ArmRequest {
  /** What the variables of the path stand for. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | number | boolean>>;
  /** Without what only answers have. */
  readonly body: unknown;
  /** Where it was sent to, such as `https://127.0.0.1:4510`: what answers point back to. */
  readonly origin: string;
  /** With the query. */
  readonly url: URL;
  readonly call: CloudCall;
}

export interface ArmAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type ArmHandler = (request: ArmRequest) => ArmAnswer | Promise<ArmAnswer>;

export interface ArmOperation {
  /** Beside its path: what is described as well, or has no description. */
  readonly model: Pick<OperationModel, "method" | "path"> & Partial<OperationModel>;
  /** What the caller has to be allowed to do, such as `Microsoft.ContainerInstance/containerGroups/read`. Absent: anybody may. */
  readonly action?: string;
  readonly answer: ArmHandler;
}

/** Part of Azure Resource Manager: operations by their names, whose requests are checked before they are answered. */
export interface ArmService {
  /** Such as `aci`: what stands before the operation in faults and in the journal. */
  readonly name: string;
  /** Absent where there is no description to check requests against. */
  readonly api?: OpenApi;
  readonly operations: Readonly<Record<string, ArmOperation>>;
}
