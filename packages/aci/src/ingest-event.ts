import { LongshoreError, type WorkloadId } from "@longshore/core";
import type { Change } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { serviceName, taskName } from "./native-names.ts";

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const resource = /\/providers\/Microsoft\.ContainerInstance\/containerGroups\/([^/\s]+)/i;
const notKnown = (): LongshoreError =>
  new LongshoreError("expected an event of Azure Resource Manager from Event Grid, in its own or the CloudEvents schema", {
    code: "invalid-argument",
    operation: "ingest",
  });

/** A readable name holds the id; a hashed one does not, and is one of those that were looked at here. */
function idOf({ host: { owner }, looks }: AciParts, name: string): WorkloadId | undefined {
  const known = looks.ids().find((id) => taskName(owner, id) === name || name.startsWith(`${serviceName(owner, id)}-`));
  if (known !== undefined) return known;
  const [, id] = new RegExp(`^${owner}-(.+)$`).exec(name) ?? [];
  const [, ofService] = new RegExp(`^0${owner}-(.+)-\\d+-[a-z0-9]+$`).exec(name) ?? [];
  return (id ?? ofService) as WorkloadId | undefined;
}
function ofResource(parts: AciParts, { subject, type, eventType, source, topic }: Fields): readonly Change[] {
  if (!textOf(eventType ?? type).startsWith("Microsoft.Resources.")) throw notKnown();
  const [, name = ""] = resource.exec(`${textOf(subject)} ${textOf(source ?? topic)}`) ?? [];
  const id = idOf(parts, name.toLowerCase());
  // What was deleted is looked for: a service may have other groups.
  return id === undefined ? [] : [{ kind: "changed", id }];
}

/** One event, or a batch of them, as Event Grid sends it to a webhook or a queue holds it. Of our owner only. */
export function ingestEvent(parts: AciParts, event: unknown): readonly Change[] {
  if (typeof event === "string") return ingestEvent(parts, JSON.parse(event));
  if (Array.isArray(event)) return event.flatMap((one) => ingestEvent(parts, one));
  if (!isFields(event)) throw notKnown();
  return ofResource(parts, event);
}
