import type { protos } from "@google-cloud/logging-api";
import { lastPart } from "./native-names.ts";
import { toNanos } from "./timestamps.ts";

type NativeEntry = protos.google.logging.v2.ILogEntry;
type Value = protos.google.protobuf.IValue;

/** Whose log it is: an execution, a service or a worker pool, by its short name. */
export type SourceKind = "job" | "service" | "pool";
export interface Source {
  readonly kind: SourceKind;
  readonly name: string;
}
export const keyOf = ({ kind, name }: Source): string => `${kind}:${name}`;

/** What of an entry is needed here. */
export interface Entry {
  readonly key: string;
  /** `system`: what the platform says of a program. */
  readonly log: "stdout" | "stderr" | "system";
  /** One run of one container. */
  readonly instance: string;
  /** When it was written, and when Cloud Logging received it: nanoseconds since 1970. */
  readonly at: bigint;
  readonly received: bigint;
  readonly insertId: string;
  readonly text: string;
}
const logs = { stdout: "stdout", stderr: "stderr", system: "system" } as const;
const executionLabel = "run.googleapis.com/execution_name";

function plain(value: Value): unknown {
  if (value.structValue != null) return plainFields(value.structValue.fields ?? {});
  if (value.listValue != null) return (value.listValue.values ?? []).map(plain);
  return value.stringValue ?? value.numberValue ?? value.boolValue ?? null;
}
const plainFields = (fields: Readonly<Record<string, Value>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)]));

/** A line that was a JSON object is one again, without what Cloud Logging has made of its own of it. */
const textOf = ({ textPayload, jsonPayload }: NativeEntry): string =>
  jsonPayload == null ? (textPayload ?? "") : JSON.stringify(plainFields(jsonPayload.fields ?? {}));

function sourceOf({ labels, resource }: NativeEntry): (Source & { readonly instance: string }) | undefined {
  const own = resource?.labels ?? {};
  const { [executionLabel]: execution, instanceId } = labels ?? {};
  const named = instanceId ?? own["revision_name"] ?? "";
  if (execution !== undefined) return { kind: "job", name: execution, instance: execution };
  const { service_name: service, worker_pool_name: pool } = own;
  if (service !== undefined) return { kind: "service", name: service, instance: named };
  return pool === undefined ? undefined : { kind: "pool", name: pool, instance: named };
}

/** Undefined for what is nobody's output. */
export function readEntry(entry: NativeEntry): Entry | undefined {
  const log = logs[lastPart(decodeURIComponent(entry.logName ?? "")) as keyof typeof logs] as Entry["log"] | undefined;
  const source = sourceOf(entry);
  if (log === undefined || source === undefined) return undefined;
  const at = toNanos(entry.timestamp ?? {});
  const received = toNanos(entry.receiveTimestamp ?? entry.timestamp ?? {});
  const { instance } = source;
  return { key: keyOf(source), log, instance, at, received, insertId: entry.insertId ?? "", text: textOf(entry) };
}
