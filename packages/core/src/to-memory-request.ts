import type { MemoryRequest } from "./memory-backend.ts";
import type { MemoryProgram } from "./memory-program.ts";
import type { Order, Plan } from "./plan.ts";
import { defaultStopGraceMs } from "./spec.ts";
import { type FieldTable, treatFields } from "./treat-fields.ts";

/** The slice of `spec.options`: what the pretended program does. Default: it ends at once with code 0. */
export interface MemoryOptions {
  readonly program?: MemoryProgram;
}
const pretended = { noEffect: "the program is only pretended" } as const;
const onlyTasks = { refuse: "only services have it, and this runtime runs tasks" } as const;
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
  ports: pretended,
  mounts: pretended,
  interruptible: pretended,
  replicas: onlyTasks,
  restart: onlyTasks,
  readiness: onlyTasks,
  update: onlyTasks,
};

export function toMemoryRequest(order: Order<MemoryOptions>, bearer: Pick<MemoryRequest, "name" | "owner">): Plan<MemoryRequest> {
  const { spec, specHash, options } = order;
  const { problems, adjustments } = treatFields(spec, table);
  if (spec.kind === "service") {
    return { problems: [...problems, { path: "kind", message: "this runtime runs tasks" }], adjustments, requests: [] };
  }
  const { id, image, labels = {}, stopGraceMs = defaultStopGraceMs, timeoutMs } = spec;
  const request: MemoryRequest = {
    ...bearer,
    id,
    ...(image !== undefined && { image }),
    program: options.program ?? [],
    specHash,
    labels,
    stopGraceMs,
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
  return { problems, adjustments, requests: problems.length === 0 ? [request] : [] };
}
