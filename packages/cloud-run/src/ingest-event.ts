import { LongshoreError, type Owner, type WorkloadId } from "@longshore/core";
import type { Change } from "@longshore/core/driver";
import type { CloudRunParts } from "./cloud-run-parts.ts";
import { label, lastPart } from "./native-names.ts";

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const notKnown = (): LongshoreError =>
  new LongshoreError("expected an entry of Cloud Run's audit log, as Eventarc or Pub/Sub deliver it", {
    code: "invalid-argument",
    operation: "ingest",
  });

/** By its labels, or by its name where that is readable; undefined for what is another owner's. */
function idIn(entry: Fields, owner: Owner): WorkloadId | undefined {
  const payload = fieldsOf(entry["protoPayload"]);
  for (const part of [payload["response"], payload["request"]]) {
    const { metadata, labels, job, service } = fieldsOf(part);
    for (const one of [fieldsOf(metadata)["labels"], labels, fieldsOf(job)["labels"], fieldsOf(service)["labels"]]) {
      const found = fieldsOf(one);
      if (found[label.owner] === owner) return textOf(found[label.id]) as WorkloadId;
    }
  }
  const { job_name: job, service_name: service, worker_pool_name: pool } = fieldsOf(fieldsOf(entry["resource"])["labels"]);
  const name = [job, service, pool].map(textOf).find((one) => one !== "") ?? lastPart(textOf(payload["resourceName"]));
  return name.startsWith(`${owner}-`) ? (name.slice(owner.length + 1) as WorkloadId) : undefined;
}
function ofEntry(entry: Fields, owner: Owner): readonly Change[] {
  if (fieldsOf(entry["protoPayload"])["serviceName"] !== "run.googleapis.com") throw notKnown();
  const id = idIn(entry, owner);
  return id === undefined || id === "" ? [] : [{ kind: "changed", id }];
}
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw notKnown();
  }
}

/**
 * An entry of the audit log, as Eventarc delivers it (the event or its data), as Pub/Sub pushes it or as a subscription pulls it. Of our
 * owner only: whoever feeds several runtimes may give each of them everything.
 */
export function ingestEvent(parts: Pick<CloudRunParts, "host">, event: unknown): readonly Change[] {
  if (typeof event === "string") return ingestEvent(parts, parse(event));
  if (event instanceof Uint8Array) return ingestEvent(parts, parse(Buffer.from(event).toString()));
  if (!isFields(event)) throw notKnown();
  const { message, data, protoPayload } = event;
  if (isFields(protoPayload)) return ofEntry(event, parts.host.owner);
  if (isFields(message)) return ingestEvent(parts, message);
  if (isFields(data) || data instanceof Uint8Array) return ingestEvent(parts, data);
  if (typeof data === "string") return ingestEvent(parts, parse(Buffer.from(data, "base64").toString()));
  throw notKnown();
}
