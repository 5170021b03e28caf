import { gunzipSync } from "node:zlib";
import type { Task as EcsTask } from "@aws-sdk/client-ecs";
import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { Change } from "@longshore/core/driver";
import type { EcsParts } from "./ecs-parts.ts";
import { lastPart, startedBy, streamPrefix } from "./native-names.ts";
import { serviceName } from "./to-ecs-request.ts";

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null;
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

/** Events have the members of DescribeTasks, with times as text. */
const times: readonly (keyof EcsTask)[] = [
  "createdAt",
  "connectivityAt",
  "executionStoppedAt",
  "pullStartedAt",
  "pullStoppedAt",
  "startedAt",
  "stoppedAt",
  "stoppingAt",
];
function readTask(detail: Fields): EcsTask {
  const dates = times.flatMap((name) => (typeof detail[name] === "string" ? [[name, new Date(detail[name])]] : []));
  return { ...detail, ...Object.fromEntries(dates) } as EcsTask;
}

/** Of our owner only; whoever feeds several runtimes may give each of them everything. */
function ofTask({ host, tasks }: EcsParts, detail: Fields): readonly Change[] {
  const task = readTask(detail);
  const prefix = startedBy(host.owner, "" as WorkloadId);
  if (task.startedBy?.startsWith(prefix) === true) {
    tasks.keep(task);
    return [{ kind: "changed", id: task.startedBy.slice(prefix.length) as WorkloadId }];
  }
  return ofService(host.owner, task.group?.replace(/^service:/, "service/") ?? "");
}
function ofService(owner: EcsParts["host"]["owner"], arn: string): readonly Change[] {
  const prefix = serviceName(owner, "" as WorkloadId);
  const name = lastPart(arn);
  return arn.includes("service/") && name.startsWith(prefix)
    ? [{ kind: "changed", id: name.slice(prefix.length) as WorkloadId }]
    : [];
}
function idInStream({ host, tasks }: EcsParts, stream: string): WorkloadId | undefined {
  if (!stream.startsWith(`${streamPrefix(host.owner)}/`)) return undefined;
  const services = streamPrefix(host.owner, "" as WorkloadId);
  if (!stream.startsWith(services)) return tasks.idOf(lastPart(stream));
  return stream.slice(services.length, stream.indexOf("/", services.length)) as WorkloadId;
}
function ofLogs(parts: EcsParts, data: string): readonly Change[] {
  const { logStream = "" } = JSON.parse(gunzipSync(Buffer.from(data, "base64")).toString()) as { readonly logStream?: string };
  const id = idInStream(parts, logStream);
  return id === undefined ? [] : [{ kind: "changed", id }];
}
const notKnown = (): LongshoreError =>
  new LongshoreError("expected an event of ECS from EventBridge, or a record of a CloudWatch Logs subscription", {
    code: "invalid-argument",
    operation: "ingest",
  });

/**
 * An event as EventBridge or a log subscription hands it to a function, or as a queue holds it. What an event says of a task is
 * kept while this runtime is open, also when ECS has forgotten the task.
 */
export function ingestEvent(parts: EcsParts, event: unknown): readonly Change[] {
  if (typeof event === "string") return ingestEvent(parts, JSON.parse(event));
  if (!isFields(event)) throw notKnown();
  const { Records: records, body, awslogs, detail, source, resources } = event;
  if (Array.isArray(records)) return records.flatMap((record) => ingestEvent(parts, record));
  if (typeof body === "string") return ingestEvent(parts, body);
  const { data } = fieldsOf(awslogs);
  if (typeof data === "string") return ofLogs(parts, data);
  if (source !== "aws.ecs") throw notKnown();
  if (event["detail-type"] === "ECS Task State Change") return ofTask(parts, fieldsOf(detail));
  return (Array.isArray(resources) ? resources : []).flatMap((arn: unknown) => ofService(parts.host.owner, String(arn)));
}
