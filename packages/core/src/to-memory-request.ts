import type { MemoryRequest, MemoryServiceRequest } from "./memory-backend.ts";
import type { MemoryProgram } from "./memory-program.ts";
import type { Order, Plan } from "./plan.ts";
import { defaultDrainMs, defaultReadinessTimeoutMs, defaultStopGraceMs } from "./spec.ts";
import { type FieldTable, treatFields } from "./treat-fields.ts";

/** The slice of `spec.options`: what the pretended program does. Default: it ends at once with code 0. */
export interface MemoryOptions {
  readonly program?: MemoryProgram;
}
const pretended = { noEffect: "the program is only pretended" } as const;
const table: FieldTable = {
  image: "honoured",
  labels: "honoured",
  options: "honoured",
  timeoutMs: "honoured",
  pendingTimeoutMs: "honoured",
  stopGraceMs: "honoured",
  entrypoint: pretended,
  command: pretended,
  env: pretended,
  secrets: pretended,
  resources: pretended,
  platform: pretended,
  identity: pretended,
  registryCredentials: pretended,
  pullPolicy: pretended,
  workingDirectory: pretended,
  user: pretended,
  init: pretended,
  tty: pretended,
  stdin: pretended,
  hardening: pretended,
  ports: "honoured",
  mounts: pretended,
  interruptible: pretended,
  replicas: "honoured",
  restart: "honoured",
  readiness: "honoured",
  update: "honoured",
  drainMs: "honoured",
};

type Bearer = Pick<MemoryRequest, "name" | "owner">;

export function toMemoryRequest(order: Order<MemoryOptions>, bearer: Bearer): Plan<MemoryRequest | MemoryServiceRequest> {
  const { problems, adjustments } = treatFields(order.spec, table);
  return { problems, adjustments, requests: problems.length === 0 ? [requestOf(order, bearer)] : [] };
}

function requestOf({ spec, specHash, options }: Order<MemoryOptions>, bearer: Bearer): MemoryRequest | MemoryServiceRequest {
  const { id, image, labels = {}, stopGraceMs = defaultStopGraceMs } = spec;
  const program = options.program ?? [];
  const common = { ...bearer, id, ...(image !== undefined && { image }), program, specHash, labels, stopGraceMs };
  if (spec.kind === "task") {
    return { kind: "task", ...common, ...(spec.timeoutMs !== undefined && { timeoutMs: spec.timeoutMs }) };
  }
  const { replicas = 1, restart = "always", readiness, update = "rolling", drainMs = defaultDrainMs, ports = [] } = spec;
  const readyMs = readiness?.timeoutMs ?? defaultReadinessTimeoutMs;
  const kept = { replicas, restart, readyMs, rolling: update === "rolling", drainMs, ports };
  return { kind: "service", ...common, ...kept, ...(readiness !== undefined && { readiness }) };
}
