import { instant, LongshoreError, type WorkloadId } from "@longshore/core";
import { failedVolume, label } from "./container-names.ts";
import { type Revision, type ServiceView, toRevision } from "./service-view.ts";
import { type Bearer, type ContainerRequest, toContainerRequest } from "./to-container-request.ts";
import type { Volumes } from "./volumes.ts";

export interface RecordParts {
  readonly volumes: Volumes;
  readonly bearer: Bearer;
}
type Recorded = Extract<ContainerRequest, { readonly request: "record" }>;
export interface NewRevision {
  readonly order: Revision["order"];
  readonly restart: boolean;
}

/** More than so many others at the same moment are not waited for. */
const mostOthers = 20;

const crowded = (id: WorkloadId): LongshoreError =>
  new LongshoreError("others change it all the time", { code: "unavailable", operation: "update", workload: id });

/** The next number whose record is of this spec: ours, or that of somebody who wants the same at the same moment. */
export async function recordRevision(
  { volumes, bearer }: RecordParts,
  { order, restart, view }: NewRevision & { readonly view: ServiceView },
  signal: AbortSignal,
): Promise<Revision> {
  const since = view.wanted?.since ?? instant(Date.now());
  const more = { [label.since]: since, ...(restart && { [label.restart]: "1" }) };
  for (let other = 0; other < mostOthers; other++) {
    const { requests } = toContainerRequest(order, bearer, view.nextNumber + other);
    const { volume, labels } = requests.find((one): one is Recorded => one.request === "record") as Recorded;
    const standing = toRevision({ Name: volume, Labels: await volumes.claim(volume, { ...labels, ...more }, signal) });
    if (standing.order.specHash === order.specHash) return standing;
    // The first record of all is somebody else's: the caller sees that it is another spec's.
    if (view.wanted === undefined) return standing;
  }
  throw crowded(order.spec.id);
}

/** From here on, in every process, the revision before it is wanted again. */
export async function recordFailure(
  { volumes, bearer }: RecordParts,
  { name, revision }: { readonly name: string; readonly revision: Revision },
  signal: AbortSignal,
): Promise<void> {
  const { number, order } = revision;
  const labels = { [label.owner]: bearer.owner, [label.id]: order.spec.id, [label.purpose]: "failed" };
  await volumes.claim(failedVolume(name, number), { ...labels, [label.revision]: String(number) }, signal);
}
