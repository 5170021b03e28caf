import type { MemoryRequest, MemoryServiceRequest } from "./memory-request.ts";
import type { MemoryProgram } from "./memory-program.ts";
import type { Adjustment, Order, Plan, Problem } from "./plan.ts";
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
  secrets: "honoured",
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
  const all = [...problems, ...secretProblems(order)];
  return {
    problems: all,
    adjustments: [...adjustments, ...portAdjustments(order)],
    requests: all.length === 0 ? [requestOf(order, bearer)] : [],
  };
}

const portAdjustments = ({ spec: { kind, ports = [] } }: Order): readonly Adjustment[] =>
  kind === "task" && ports.length > 0 ? [{ path: "ports", from: ports, reason: "only a service's programs are asked" }] : [];

const secretProblems = ({ spec: { secrets = {} } }: Order): readonly Problem[] =>
  Object.entries(secrets).flatMap(([name, use]) =>
    "backend" in use ? [{ path: `secrets.${name}`, message: "this backend has no store of secrets; expected resolve" }] : [],
  );

function requestOf({ spec, specHash, options }: Order<MemoryOptions>, bearer: Bearer): MemoryRequest | MemoryServiceRequest {
  const { id, image, labels = {}, secrets = {}, stopGraceMs = defaultStopGraceMs } = spec;
  const program = options.program ?? [];
  const common = { ...bearer, id, ...(image !== undefined && { image }), program, secrets, specHash, labels, stopGraceMs };
  if (spec.kind === "task") {
    return { kind: "task", ...common, ...(spec.timeoutMs !== undefined && { timeoutMs: spec.timeoutMs }) };
  }
  const { replicas = 1, restart = "always", readiness, update = "rolling", drainMs = defaultDrainMs, ports = [] } = spec;
  const readyMs = readiness?.timeoutMs ?? defaultReadinessTimeoutMs;
  const kept = { replicas, restart, readyMs, rolling: update === "rolling", drainMs, ports };
  return { kind: "service", ...common, ...kept, ...(readiness !== undefined && { readiness }) };
}
