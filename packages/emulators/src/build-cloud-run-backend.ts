import type { Clock } from "./clock.ts";
import type { CloudRunEmulatorOptions } from "./cloud-run-emulator-options.ts";
import { EntryStore } from "./cloud-logging/entry-store.ts";
import { loggingFaultKinds } from "./cloud-logging/logging-fault-kinds.ts";
import { loggingService } from "./cloud-logging/logging-service.ts";
import { executionsService, tasksService } from "./cloud-run/executions-service.ts";
import { JobStore } from "./cloud-run/job-store.ts";
import { jobsService } from "./cloud-run/jobs-service.ts";
import { quickDelays, realisticDelays } from "./cloud-run/run-delays.ts";
import { runFaultKinds } from "./cloud-run/run-fault-kinds.ts";
import type { RunWorld } from "./cloud-run/run-world.ts";
import { revisionsService } from "./cloud-run/revisions-service.ts";
import { ServiceStore } from "./cloud-run/service-store.ts";
import { servicesService, workerPoolsService } from "./cloud-run/services-service.ts";
import type { Engine } from "./engine.ts";
import type { Faults } from "./faults.ts";
import { googleFaultKinds } from "./google/google-fault-kinds.ts";
import { GoogleSchema } from "./google/google-schema.ts";
import { GoogleServices } from "./google/google-services.ts";
import { IamPolicies, iamService } from "./google/iam-policies.ts";
import { OperationStore } from "./google/operation-store.ts";
import { operationsService } from "./google/operations-service.ts";
import { type FaultKinds, wireFaultKinds } from "./read-fault-rule.ts";
import { secretManagerService } from "./secret-manager/secret-manager-service.ts";
import { SecretStore } from "./secret-manager/secret-store.ts";

/** The faults that the emulator of Cloud Run knows. */
export const cloudRunFaultKinds: FaultKinds = { ...wireFaultKinds, ...googleFaultKinds, ...runFaultKinds, ...loggingFaultKinds };

export interface CloudRunBackend {
  readonly services: GoogleServices;
  /** @throws TypeError for a name that is none. */
  readonly seedSecret: (reference: string, value: string) => void;
  /** Ends what it does beside containers. */
  readonly close: () => Promise<void>;
}

interface Parts {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly engine: Engine;
}

const caller = "user@longshore.example";

interface World extends RunWorld {
  readonly logs: EntryStore;
  readonly secrets: SecretStore;
}

function worldOf(options: CloudRunEmulatorOptions, { clock, faults, engine }: Parts): World {
  const { realistic = false, delays, quotas = realistic, serviceAccounts, deniedPermissions } = options;
  const pace = { ...(realistic ? realisticDelays : quickDelays), ...delays };
  return {
    clock,
    engine,
    delays: pace,
    logs: new EntryStore({ clock, faults, ingestMs: pace.ingest }),
    secrets: new SecretStore(clock),
    operations: new OperationStore(clock),
    policies: new IamPolicies(deniedPermissions),
    quotas,
    caller,
    ...(serviceAccounts && { serviceAccounts: new Set(serviceAccounts) }),
  };
}

/** What stands behind both ports: Cloud Run, and what it and its callers need of other services. */
export async function buildCloudRunBackend(options: CloudRunEmulatorOptions, parts: Parts): Promise<CloudRunBackend> {
  const { project = "longshore" } = options;
  const world = worldOf(options, parts);
  const { policies, secrets, operations, logs: store, quotas } = world;
  const jobs = new JobStore(world);
  const stores = { services: new ServiceStore("service", world), workerPools: new ServiceStore("worker-pool", world) };
  const served = [
    jobsService(jobs, world, policies),
    executionsService(jobs, world),
    tasksService(jobs),
    servicesService(stores.services, world, policies),
    workerPoolsService(stores.workerPools, world, policies),
    revisionsService(stores, world),
    operationsService(operations),
    loggingService({ store, faults: parts.faults, quotas }),
    secretManagerService(secrets, policies),
    // Its paths fit whatever the others leave.
    iamService(policies),
  ];
  const services = new GoogleServices(await GoogleSchema.load(), served, policies);
  const seedSecret = (reference: string, value: string): void =>
    secrets.seed(reference.includes("/") ? reference : `projects/${project}/secrets/${reference}`, value);
  const close = async (): Promise<void> => {
    await Promise.all([stores.services.close(), stores.workerPools.close()]);
  };
  return { services, seedSecret, close };
}
