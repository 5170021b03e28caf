import { join } from "node:path";
import { LongshoreError, type WorkloadId } from "@longshore/core";
import { lookAtService } from "./look-at-service.ts";
import { lookAtTask } from "./look-at-task.ts";
import { isAlive, type ProcessIdentity } from "./process-identity.ts";
import type { ProcessRequest } from "./process-request.ts";
import { instanceWork } from "./service-record.ts";
import { taskFiles } from "./task-record.ts";

/** One program of a workload, whether it runs or not. */
export interface FoundInstance {
  readonly instance: string;
  readonly request: ProcessRequest;
  /** Its own folder. */
  readonly home: string;
  /** Present while it runs. */
  readonly program?: ProcessIdentity;
  /** Of whoever supervises it, present while that one lives. */
  readonly turn?: number;
}
interface Wanted {
  readonly id: WorkloadId;
  readonly folder: string;
  /** Default: all. */
  readonly instance?: string | undefined;
}
const running = (program: ProcessIdentity | undefined): Pick<FoundInstance, "program"> =>
  program !== undefined && isAlive(program) ? { program } : {};
const reached = (turn: number | undefined): Pick<FoundInstance, "turn"> => (turn === undefined ? {} : { turn });

/** All that there are, in order; none where there is no such workload. A task has one, by its own id. */
async function instancesOf({ id, folder }: Wanted): Promise<readonly FoundInstance[] | undefined> {
  const service = lookAtService(folder);
  if (service !== undefined) {
    const { request } = service.order.wanted;
    return service.instances.map(({ name, program }) => {
      const common = { instance: name, request, home: instanceWork(folder, name) };
      return { ...common, ...running(program), ...reached(service.keeper?.turn) };
    });
  }
  const task = await lookAtTask(folder);
  if (task === undefined) return undefined;
  const home = join(folder, taskFiles.work);
  const runs = task.exit === undefined ? running(task.started?.program) : {};
  return [
    { instance: id, request: task.task.request, home, ...runs, ...reached(task.supervised ? task.claim?.turn : undefined) },
  ];
}

/** `not-found` where there is no such workload, or no such instance of it. */
export async function findInstances(wanted: Wanted, operation: string): Promise<readonly FoundInstance[]> {
  const all = await instancesOf(wanted);
  const { id, instance } = wanted;
  if (all === undefined) throw new LongshoreError("no such workload", { code: "not-found", operation, workload: id });
  const found = instance === undefined ? all : all.filter((one) => one.instance === instance);
  if (instance === undefined || found.length > 0) return found;
  throw new LongshoreError(`it has no instance ${instance}`, { code: "not-found", operation, workload: id });
}

/** The first that runs; `conflict` where none does, or nobody is there to reach it through. */
export async function findRunning(wanted: Wanted, operation: string): Promise<FoundInstance & { readonly turn: number }> {
  const found = (await findInstances(wanted, operation)).find(({ program }) => program !== undefined);
  const { id: workload } = wanted;
  if (found === undefined) throw new LongshoreError("it does not run", { code: "conflict", operation, workload });
  const { turn } = found;
  if (turn !== undefined) return { ...found, turn };
  throw new LongshoreError("its supervisor died, and nobody can reach it any more", { code: "conflict", operation, workload });
}
