import type { Container, ContainerGroup, ContainerState, Event as GroupEvent } from "@azure/arm-containerinstance";
import { diagnose, type Diagnosis, type Exit, instant, type Instant, type TaskState } from "@longshore/core";
import { decideEnding, type StopIntent } from "@longshore/core/driver";
import { mainContainer, tag } from "./native-names.ts";

const when = (date: Date | undefined): Instant | undefined => (date === undefined ? undefined : instant(date.getTime()));
export const mainOf = ({ containers }: ContainerGroup): Container | undefined =>
  containers.find(({ name }) => name === mainContainer);
export const currentOf = (group: ContainerGroup): ContainerState | undefined => mainOf(group)?.instanceView?.currentState;

/**
 * Nothing of it runs any more, and nothing will by itself. A container alone that has terminated may be run again, also under
 * Never; the group's state is what counts.
 */
export const isOver = ({ instanceView, provisioningState }: ContainerGroup): boolean =>
  ["Stopped", "Succeeded", "Failed"].includes(instanceView?.state ?? "") && provisioningState !== "Pending";
const wasStopped = ({ instanceView }: ContainerGroup): boolean => instanceView?.state === "Stopped";

export const intentOf = ({ tags }: ContainerGroup): StopIntent | undefined => {
  const written = tags?.[tag.intent];
  return written === "stopped" || written === "timed-out" ? written : undefined;
};
/** Run again, although it is a task: a node that was lost, Spot capacity taken back. */
export const ranAgain = (group: ContainerGroup): boolean => (mainOf(group)?.instanceView?.restartCount ?? 0) > 0;

/** Deployed for the first time, and not to be: Azure goes on trying. */
export const isUnprovisioned = ({ provisioningState, instanceView }: ContainerGroup): boolean =>
  provisioningState === "Failed" && !["Running", "Stopped", "Succeeded", "Failed"].includes(instanceView?.state ?? "");

const eventsOf = (group: ContainerGroup): readonly GroupEvent[] => [
  ...(mainOf(group)?.instanceView?.events ?? []),
  ...(group.instanceView?.events ?? []),
];

/** What a registry or the service says of an image that it does not give. */
function diagnosePull(said: string): Diagnosis {
  if (/no matching manifest|platform|os type/i.test(said)) return diagnose("image-platform", said);
  if (/does not exist|not found|manifest unknown|no such image/i.test(said)) return diagnose("image-not-found", said);
  if (/unauthorized|authentication|denied/i.test(said)) return diagnose("image-unauthorized", said);
  if (/toomanyrequests|rate limit/i.test(said)) return diagnose("throttled", said);
  return diagnose("image-not-found", said);
}
interface PullTrouble {
  readonly diagnosis: Diagnosis;
  readonly since: number;
}
/** Its image cannot be pulled so far; Azure tries again and again. */
export function pullTrouble(group: ContainerGroup): PullTrouble | undefined {
  if (currentOf(group)?.state !== "Waiting") return undefined;
  const failed = (mainOf(group)?.instanceView?.events ?? []).filter(
    ({ name, message = "" }) => name === "Failed" && /pull/i.test(message),
  );
  const [first] = failed;
  if (first === undefined) return undefined;
  const since = Math.min(...failed.map(({ firstTimestamp }) => firstTimestamp?.getTime() ?? Date.now()));
  return { diagnosis: diagnosePull(failed.at(-1)?.message ?? ""), since };
}

const lastWarning = (group: ContainerGroup): string | undefined =>
  eventsOf(group).findLast(({ type }) => type === "Warning")?.message;

/** Why it never ran, in Azure's words. */
export function diagnoseUnprovisioned(group: ContainerGroup): Diagnosis {
  const said = lastWarning(group) ?? "the container group was not provisioned";
  if (/not available|capacity|quota/i.test(said)) return diagnose("no-capacity", said);
  if (/image|pull/i.test(said)) return diagnosePull(said);
  return diagnose("platform-fault", said);
}

function exitOf(state: ContainerState | undefined): Exit | undefined {
  const { exitCode, detailStatus = "" } = state ?? {};
  if (exitCode === undefined) return undefined;
  const evidence = `state ${state?.state ?? "unknown"}, exitCode ${exitCode}${detailStatus === "" ? "" : `, ${detailStatus}`}`;
  return { code: exitCode, ...(/OOMKilled/i.test(detailStatus) && { oomKilled: true }), evidence };
}
/** The codes of `docker run`, where an event says as well that the program could not be started. */
function diagnoseStart(group: ContainerGroup, code: number | undefined): Diagnosis | undefined {
  const said = eventsOf(group).find(({ message = "" }) => /failed to start container/i.test(message))?.message;
  if (said === undefined) return undefined;
  if (code === 126 || /permission denied|exec format/i.test(said)) return diagnose("command-not-executable", said);
  if (code === 127 || /not found|no such file/i.test(said)) return diagnose("command-not-found", said);
  return diagnose("invalid-config", said);
}
function failureOf(group: ContainerGroup, code: number | undefined): Diagnosis | undefined {
  if (ranAgain(group)) return diagnose("interrupted", "its container was run again, though it is to run once");
  if (wasStopped(group) && intentOf(group) === undefined) {
    const trouble = pullTrouble(group);
    if (trouble !== undefined) return trouble.diagnosis;
    return diagnose("interrupted", "the container group was stopped by somebody else");
  }
  return diagnoseStart(group, code);
}

function endOf(group: ContainerGroup): TaskState {
  const view = mainOf(group)?.instanceView;
  const current = view?.currentState;
  // Of what ran twice the first run is the one that was asked for.
  const run = ranAgain(group) ? (view?.previousState ?? current) : current;
  const startedAt = when(run?.startTime);
  const exit = exitOf(run);
  const created = group.tags?.[tag.created];
  const finishedAt = when(run?.finishTime) ?? (created === undefined ? instant(0) : instant(created));
  // What has ended by itself was quicker than the stop.
  const intent = wasStopped(group) ? intentOf(group) : undefined;
  const verdict = group.tags?.[tag.verdict];
  const failure = verdict === undefined ? failureOf(group, exit?.code) : readVerdict(verdict);
  return decideEnding({
    finishedAt,
    ...(startedAt !== undefined && { startedAt }),
    ...(exit !== undefined && { exit }),
    ...(intent !== undefined && { intent }),
    ...(failure !== undefined && { failure }),
  });
}

/** A tag's value has 256 characters. */
const verdictLength = 256;
/** Stopped by us since it could not come to anything. */
export const writeVerdict = ({ code, message }: Diagnosis): string =>
  `${code} ${message.slice(diagnose(code).message.length + 2)}`.slice(0, verdictLength);
function readVerdict(text: string): Diagnosis {
  const [code = "platform-fault", ...said] = text.split(" ");
  return diagnose(code as Diagnosis["code"], said.join(" "));
}

/** Pure. Success is a group that has ended, and a code of 0 of its container. */
export function mapTaskState(group: ContainerGroup): TaskState {
  if (isOver(group)) return endOf(group);
  const current = currentOf(group);
  const startedAt = when(current?.startTime);
  const started = startedAt === undefined ? {} : { startedAt };
  if (group.tags?.[tag.intent] !== undefined || group.tags?.[tag.verdict] !== undefined || ranAgain(group))
    return { phase: "stopping", ...started };
  if (current?.state === "Running" || current?.state === "Terminated") return { phase: "running", ...started };
  const reason =
    current?.detailStatus === undefined || current.detailStatus === "" ? group.provisioningState : current.detailStatus;
  return { phase: "pending", reason: reason ?? "created" };
}
