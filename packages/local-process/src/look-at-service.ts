import { lstatSync } from "node:fs";
import { join } from "node:path";
import { type Instance, type Service, type WorkloadId } from "@longshore/core";
import { isAlive } from "./process-identity.ts";
import { readRecord } from "./read-record.ts";
import {
  type InstanceRecord,
  type KeeperRecord,
  serviceFiles,
  serviceKeepers,
  type ServiceOrder,
  serviceOrders,
  type ServiceRecord,
  serviceState,
} from "./service-record.ts";

/** What a look found in a service's folder and among the processes. */
export interface ServiceEvidence {
  readonly folder: string;
  readonly service: ServiceRecord;
  /** The newest order and its number. */
  readonly number: number;
  readonly order: ServiceOrder;
  /** Up to which order whoever keeps it has come. */
  readonly seen: number;
  readonly instances: readonly InstanceRecord[];
  /** Who keeps it, and is alive. */
  readonly keeper?: KeeperRecord;
}

/** Undefined where no service has that folder. */
export function lookAtService(folder: string): ServiceEvidence | undefined {
  for (;;) {
    const before = inodeOf(folder);
    const seen = before === undefined ? undefined : readAll(folder);
    if (inodeOf(folder) === before) return seen;
  }
}

const inodeOf = (folder: string): number | undefined => lstatSync(folder, { throwIfNoEntry: false })?.ino;

function readAll(folder: string): ServiceEvidence | undefined {
  const service = readRecord<ServiceRecord>(join(folder, serviceFiles.service));
  if (service === undefined) return undefined;
  // First what is seen, then what is wanted: an order cannot be older than the state that took it into account.
  const claim = serviceKeepers(folder).newest();
  const keeper = claim?.value;
  const state = serviceState(folder);
  const order = serviceOrders(folder).newest();
  if (order === undefined) return undefined;
  const keeps = keeper !== undefined && keeper.released !== true && isAlive(keeper);
  const evidence = { folder, service, number: order.number, order: order.value, seen: state?.order ?? 0 };
  const instances = state?.instances ?? [];
  // Who has just taken over has not looked yet.
  const known = keeps && state?.claim === claim?.number;
  return { ...evidence, instances: known ? instances : instances.map(unkept), ...(keeps && { keeper }) };
}

/** Nobody looks after it: whether its program runs can be seen, whether it is ready cannot. */
function unkept(instance: InstanceRecord): InstanceRecord {
  const { program, phase } = instance;
  if (phase === "exited" || phase === "pending") return { ...instance, ready: false };
  return { ...instance, ready: false, phase: program !== undefined && isAlive(program) ? phase : "pending" };
}

/** As many as are wanted are ready, and no others are there; or it is stopped and nothing of it runs. */
export function isSettled({ number, order, seen, instances, keeper }: ServiceEvidence): boolean {
  if (seen < number) return false;
  if (order.stopped !== undefined) return instances.every(({ phase }) => phase === "exited");
  const { generation, request } = order.wanted;
  const whole = instances.length === (request.service?.replicas ?? 1);
  return keeper !== undefined && whole && instances.every((one) => one.generation === generation && one.ready);
}

/** The folder is what it is called by on this machine. */
export function toService({ folder, service, order, instances }: ServiceEvidence): Service {
  const { wanted, stopped } = order;
  const all = instances.map((one) => toInstance(one, wanted.specHash));
  return {
    kind: "service",
    id: service.id as WorkloadId,
    nativeId: folder,
    specHash: wanted.specHash,
    labels: wanted.labels,
    createdAt: service.createdAt,
    state: {
      desired: stopped === undefined ? (wanted.request.service?.replicas ?? 1) : 0,
      ready: all.filter(({ ready }) => ready).length,
      restarts: all.reduce((sum, { restarts }) => sum + restarts, 0),
      instances: all,
    },
  };
}

const toInstance = ({ name, phase, ready, restarts, specHash, lastEnding }: InstanceRecord, wanted: string): Instance => ({
  instance: name,
  phase,
  ready,
  restarts,
  current: specHash === wanted,
  ...(lastEnding !== undefined && { lastEnding }),
});
