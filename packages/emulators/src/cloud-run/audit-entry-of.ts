import type { NewLogEntry } from "../cloud-logging/log-entry.ts";
import { codeNumberOf, type StatusCode } from "../google/status-code.ts";
import { microTimestamp } from "../cloud-logging/log-entry.ts";
import { toTimestamp } from "../google/timestamp.ts";
import { conditionsOf, countOf, outcomeOf } from "./describe-execution.ts";
import type { ExecutionRecord } from "./job-record.ts";
import { logUriOf } from "./log-uri.ts";
import { readSeconds } from "./read-quantity.ts";
import type { Condition } from "./run-shapes.ts";
import { projectNumberOf } from "./with-defaults.ts";

const severityOf = (code: StatusCode): string => (code === "OK" ? "INFO" : "ERROR");
const statusOf = {
  CONDITION_SUCCEEDED: "True",
  CONDITION_FAILED: "False",
  CONDITION_PENDING: "Unknown",
  CONDITION_RECONCILING: "Unknown",
};
const toPascalCase = (name: string): string =>
  name.toLowerCase().replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** As the API's first version has it. */
function toFirstVersion({ type, state, message, reason, executionReason, severity, lastTransitionTime }: Condition): object {
  const why = executionReason ?? reason;
  return {
    type,
    status: statusOf[state],
    lastTransitionTime,
    ...(message && { message }),
    ...(why && { reason: toPascalCase(why) }),
    ...(severity && { severity: toPascalCase(severity) }),
  };
}

function metadataOf({ id, uid, job, labels, annotations, creator, createdAt }: ExecutionRecord): object {
  return {
    name: id,
    namespace: projectNumberOf(job.place.project),
    uid,
    generation: 1,
    creationTimestamp: toTimestamp(createdAt),
    labels: {
      ...labels,
      "cloud.googleapis.com/location": job.place.location,
      "run.googleapis.com/job": job.id,
      "run.googleapis.com/jobGeneration": String(job.generation),
      "run.googleapis.com/jobUid": job.uid,
    },
    annotations: { ...annotations, "run.googleapis.com/creator": creator, "run.googleapis.com/execution-environment": "gen2" },
    ownerReferences: [
      {
        apiVersion: "serving.knative.dev/v1",
        kind: "Job",
        name: job.id,
        uid: job.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
}

function specOf({ parallelism, taskCount, template }: ExecutionRecord): object {
  const { containers, maxRetries, serviceAccount, timeout } = template;
  const timeoutSeconds = String(readSeconds(timeout ?? "") ?? "");
  return {
    parallelism,
    taskCount,
    template: { spec: { containers, maxRetries, serviceAccountName: serviceAccount, timeoutSeconds } },
  };
}

function statusIn(execution: ExecutionRecord): object {
  const { startedAt, completedAt } = execution;
  const states = ["succeeded", "failed", "cancelled"] as const;
  const counts = states.map((state) => [`${state}Count`, countOf(execution, state)] as const).filter(([, count]) => count > 0);
  return {
    ...Object.fromEntries(counts),
    conditions: conditionsOf(execution).map(toFirstVersion),
    observedGeneration: 1,
    logUri: logUriOf(execution),
    ...(startedAt !== undefined && { startTime: toTimestamp(startedAt) }),
    ...(completedAt !== undefined && { completionTime: toTimestamp(completedAt) }),
  };
}

/** What the platform's own audit log says of an execution that has ended, as Eventarc and Pub/Sub deliver it too. */
export function auditEntryOf(execution: ExecutionRecord, at: number): NewLogEntry {
  const { id, job } = execution;
  const { project, location } = job.place;
  const { code, message } = outcomeOf(execution);
  return {
    logName: `projects/${project}/logs/${encodeURIComponent("cloudaudit.googleapis.com/system_event")}`,
    resource: { type: "cloud_run_job", labels: { project_id: project, location, job_name: job.id } },
    timestamp: microTimestamp(at * 1000),
    severity: severityOf(code),
    labels: { "run.googleapis.com/execution_name": id },
    protoPayload: {
      "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
      serviceName: "run.googleapis.com",
      methodName: "/Jobs.RunJob",
      resourceName: `namespaces/${project}/executions/${id}`,
      status: { code: codeNumberOf(code), message },
      response: {
        "@type": "type.googleapis.com/google.cloud.run.v1.Execution",
        apiVersion: "run.googleapis.com/v1",
        kind: "Execution",
        metadata: metadataOf(execution),
        spec: specOf(execution),
        status: statusIn(execution),
      },
    },
  };
}
