import type { protos } from "@google-cloud/run";
import type { Owner } from "@longshore/core";
import { type Plan, treatFields } from "@longshore/core/driver";
import type { CloudRunConfig } from "./cloud-run-config.ts";
import { fieldTable } from "./field-table.ts";
import { annotation, place, resourceName } from "./native-names.ts";
import { specAdjustments, timeoutSeconds } from "./spec-adjustments.ts";
import { accountOf, type CloudRunOrder, specProblems } from "./spec-problems.ts";
import { toAnnotations, toContainer, toLabels, toPlacement, toStage } from "./to-container.ts";
import { toService, toWorkerPool } from "./to-service.ts";

type V2 = typeof protos.google.cloud.run.v2;
type Request<Name extends keyof V2, Input> = { readonly request: Name; readonly input: Input };

/** What is drawn when it is sent stands in it as `{a word}`. */
export type CloudRunRequest =
  | Request<
      "CreateJobRequest",
      { readonly parent: string; readonly jobId: string; readonly job: protos.google.cloud.run.v2.IJob }
    >
  | Request<
      "CreateServiceRequest",
      { readonly parent: string; readonly serviceId: string; readonly service: protos.google.cloud.run.v2.IService }
    >
  | Request<
      "CreateWorkerPoolRequest",
      { readonly parent: string; readonly workerPoolId: string; readonly workerPool: protos.google.cloud.run.v2.IWorkerPool }
    >;
/** Ends the name of the execution: of this one start alone. */
const drawn = "{a random word}";

/** Never an override: what a task runs stands in its job alone. */
function toJob(order: CloudRunOrder, owner: Owner, config: CloudRunConfig): protos.google.cloud.run.v2.IJob {
  const { spec } = order;
  const labels = toLabels(order, owner);
  return {
    labels,
    annotations: { ...toAnnotations(order), [annotation.run]: drawn },
    startExecutionToken: drawn,
    ...toStage(order),
    template: {
      labels,
      taskCount: 1,
      parallelism: 1,
      template: {
        containers: [toContainer(order)],
        // Else Cloud Run runs it four times, and ends it after ten minutes.
        maxRetries: 0,
        timeout: { seconds: spec.kind === "task" ? timeoutSeconds(spec) : 0 },
        serviceAccount: accountOf(order, config) ?? "",
        executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
        ...toPlacement(order),
      },
    },
  };
}

function requestsOf(order: CloudRunOrder, owner: Owner, config: CloudRunConfig): readonly CloudRunRequest[] {
  const { spec } = order;
  const [parent, name] = [place(config), resourceName(owner, spec.id)];
  if (spec.kind === "task")
    return [{ request: "CreateJobRequest", input: { parent, jobId: name, job: toJob(order, owner, config) } }];
  return (spec.ports ?? []).length > 0
    ? [{ request: "CreateServiceRequest", input: { parent, serviceId: name, service: toService(order, owner, config) } }]
    : [
        {
          request: "CreateWorkerPoolRequest",
          input: { parent, workerPoolId: name, workerPool: toWorkerPool(order, owner, config) },
        },
      ];
}

/** Pure: what `explain` prints and `start` sends. */
export function toCloudRunRequest(order: CloudRunOrder, owner: Owner, config: CloudRunConfig): Plan<CloudRunRequest> {
  const { problems: untreated, adjustments: treated } = treatFields(order.spec, fieldTable);
  const problems = [...untreated, ...specProblems(order, config)];
  const adjustments = [...treated, ...specAdjustments(order, config)];
  if (problems.length > 0) return { problems, adjustments, requests: [] };
  return { problems, adjustments, requests: requestsOf(order, owner, config) };
}
