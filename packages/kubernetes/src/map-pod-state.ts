import type { V1ContainerStateTerminated, V1ContainerStatus, V1Pod } from "./objects.ts";
import {
  diagnose,
  type Diagnosis,
  type Exit,
  instant,
  type Instant,
  type Task,
  type TaskState,
  type WorkloadId,
} from "@longshore/core";
import { decideEnding, type StopIntent } from "@longshore/core/driver";
import { annotation, label, mainContainer, ownPrefix } from "./object-names.ts";
import { diagnoseWaiting } from "./diagnose-waiting.ts";

/** What was recorded in an annotation, and when. */
interface Recorded {
  readonly at: Instant;
  readonly intent?: StopIntent;
  readonly failure?: Diagnosis;
}
/** A kubelet looks at time limits once a second, and times in a pod's status have no fractions. */
const enforcedWithinMs = 5_000;

export const annotationOf = ({ metadata }: V1Pod, key: string): string | undefined => metadata?.annotations?.[key];
export const mainStatus = ({ status }: V1Pod): V1ContainerStatus | undefined =>
  status?.containerStatuses?.find(({ name }) => name === mainContainer);
const when = (time: Date | undefined): Instant | undefined => (time === undefined ? undefined : instant(time.getTime()));

export const recordOf = (intent: StopIntent): string => JSON.stringify({ at: instant(Date.now()), intent });
export const verdictOf = (failure: Diagnosis): string => JSON.stringify({ at: instant(Date.now()), failure });
function recorded(pod: V1Pod): Recorded | undefined {
  const text = annotationOf(pod, annotation.intent) ?? annotationOf(pod, annotation.verdict);
  return text === undefined ? undefined : (JSON.parse(text) as Recorded);
}
export const isIntended = (pod: V1Pod): boolean => annotationOf(pod, annotation.intent) !== undefined;

/** In the container runtimes' words; they have no codes for them. Docker says ContainerCannotRun, containerd StartError. */
const neverRan = /^(ContainerCannotRun|StartError|ContainerStatusUnknown)$/;
function diagnoseStart(said: string): Diagnosis {
  if (/executable file not found|no such file or directory/.test(said)) return diagnose("command-not-found", said);
  if (/permission denied|exec format error|is a directory/.test(said)) return diagnose("command-not-executable", said);
  return diagnose("invalid-config", said);
}
/** The pod's own word on why its containers ended, where that was not the program's doing. */
function diagnosePod({
  reason,
  message = reason,
}: {
  readonly reason?: string;
  readonly message?: string;
}): Diagnosis | undefined {
  switch (reason ?? "") {
    case "Evicted":
      return diagnose("evicted", message);
    case "Preempting":
    case "Shutdown":
    case "NodeShutdown":
    case "Terminated":
    case "NodeLost":
      return diagnose("interrupted", message);
    case "OutOfcpu":
    case "OutOfmemory":
    case "OutOfpods":
      return diagnose("no-capacity", message);
    case "NodeAffinity":
    case "UnexpectedAdmissionError":
      return diagnose("platform-fault", message);
    default:
      return undefined;
  }
}

/** What ended is known with an id and a time; old kubelets fill in an empty one, of code 0, where they know nothing. */
export function terminationOf(pod: V1Pod): V1ContainerStateTerminated | undefined {
  const { state, lastState } = mainStatus(pod) ?? {};
  const found = state?.terminated ?? lastState?.terminated;
  return found?.finishedAt === undefined ? undefined : found;
}
export function hasStarted(pod: V1Pod): boolean {
  const termination = terminationOf(pod);
  if (termination !== undefined) return !neverRan.test(termination.reason ?? "");
  return mainStatus(pod)?.state?.running !== undefined;
}

export function exitOf({ exitCode, signal, reason }: V1ContainerStateTerminated): Exit {
  const evidence = `state.terminated ${reason ?? "without a reason"}, exitCode ${exitCode}${signal ? `, signal ${signal}` : ""}`;
  return { code: exitCode, ...(reason === "OOMKilled" && { oomKilled: true }), evidence };
}

/** The latest time that the pod's status speaks of. */
function lastTime({ status, metadata }: V1Pod): Instant {
  const times = [
    metadata?.creationTimestamp,
    status?.startTime,
    ...(status?.conditions ?? []).map((one) => one.lastTransitionTime),
  ];
  return instant(Math.max(...times.map((time) => time?.getTime() ?? 0)));
}

/** Ended after somebody else had its pod deleted, by a drain or for a pod of more importance: also with code 0 that is no success. */
function diagnoseDeleted(pod: V1Pod): Diagnosis | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata ?? {};
  const finishedAt = terminationOf(pod)?.finishedAt;
  if (deletionTimestamp === undefined || finishedAt === undefined) return undefined;
  const asked = deletionTimestamp.getTime() - deletionGracePeriodSeconds * 1000;
  return finishedAt.getTime() < asked ? undefined : diagnose("interrupted", "its pod was deleted");
}

function endingOf(pod: V1Pod): TaskState {
  const { status } = pod;
  const { intent: asked, failure: verdict, at } = recorded(pod) ?? {};
  const overdue = status?.reason === "DeadlineExceeded" && asked === undefined && verdict === undefined;
  const intent = overdue ? "timed-out" : asked;
  const wanted = intent === undefined ? {} : { intent };
  const termination = terminationOf(pod);
  const failure =
    verdict ?? diagnosePod({ reason: status?.reason ?? "", message: status?.message ?? "" }) ?? diagnoseDeleted(pod);
  if (termination === undefined) {
    const neverSaid = diagnose(
      "exit-unknown",
      `phase ${status?.phase ?? "unknown"}${status?.message ? `: ${status.message}` : ""}`,
    );
    return decideEnding({ finishedAt: at ?? lastTime(pod), failure: failure ?? neverSaid, ...wanted });
  }
  const finishedAt = when(termination.finishedAt) ?? lastTime(pod);
  if (!hasStarted(pod)) {
    const said = (termination.message ?? termination.reason ?? "").replace(/\s+/g, " ").trim();
    return decideEnding({ finishedAt, failure: failure ?? diagnoseStart(said), ...wanted });
  }
  const startedAt = when(termination.startedAt);
  const started = startedAt === undefined ? {} : { startedAt };
  return decideEnding({
    ...started,
    finishedAt,
    exit: exitOf(termination),
    ...(failure !== undefined && { failure }),
    ...wanted,
  });
}

/** Old kubelets (below 1.22) say Failed before the container has ended, and may never say more. */
function isWindingDown(pod: V1Pod, now: number): boolean {
  if (mainStatus(pod)?.state?.running === undefined) return false;
  const { spec, status } = pod;
  const limits = (spec?.activeDeadlineSeconds ?? 0) + (spec?.terminationGracePeriodSeconds ?? 0);
  return now < (status?.startTime?.getTime() ?? 0) + limits * 1000 + enforcedWithinMs;
}

function pendingReason({ status }: V1Pod, waiting: string | undefined): string {
  if (waiting !== undefined) return waiting;
  const unplaced = status?.conditions?.find(({ type, status: is }) => type === "PodScheduled" && is === "False");
  return unplaced === undefined ? "created" : `${unplaced.reason ?? "not placed"}: ${unplaced.message ?? ""}`;
}

/** True once nothing of it runs, and nothing of it will. */
export function isOver(pod: V1Pod, now: number = Date.now()): boolean {
  const { spec, status } = pod;
  if (terminationOf(pod) !== undefined) return true;
  if (status?.phase === "Failed" || status?.phase === "Succeeded") return !isWindingDown(pod, now);
  if (recorded(pod) === undefined) return false;
  // Never placed, or refused by its kubelet: the image that it is to have now cannot be run.
  return spec?.nodeName === undefined || mainStatus(pod)?.state?.waiting?.reason === "InvalidImageName";
}

/** Ended, and on its way out: what is left of it is a record that its kubelet takes its time to let go. */
export const isSpent = (pod: V1Pod): boolean => pod.metadata?.deletionTimestamp !== undefined && terminationOf(pod) !== undefined;

function stateOf(pod: V1Pod): TaskState {
  if (isOver(pod)) return endingOf(pod);
  const { state } = mainStatus(pod) ?? {};
  const startedAt = when(state?.running?.startedAt);
  const started = startedAt === undefined ? {} : { startedAt };
  const ending = recorded(pod) !== undefined || pod.metadata?.deletionTimestamp !== undefined || pod.status?.phase === "Failed";
  if (ending) return { phase: "stopping", ...started };
  if (state?.running !== undefined) return { phase: "running", ...started };
  return { phase: "pending", reason: pendingReason(pod, diagnoseWaiting(pod)?.said) };
}

/** A pod of ours, as a task. */
export function mapPod(pod: V1Pod): Task {
  const { metadata, spec, status } = pod;
  const state = stateOf(pod);
  const limit = isIntended(pod) || state.phase !== "running" ? undefined : spec?.activeDeadlineSeconds;
  const begun = status?.startTime?.getTime();
  const deadline =
    limit === undefined || begun === undefined ? {} : { deadline: instant(begun + limit * 1000 + enforcedWithinMs) };
  const labels = Object.entries(metadata?.labels ?? {}).filter(([key]) => !key.startsWith(ownPrefix));
  return {
    kind: "task",
    id: metadata?.labels?.[label.id] as WorkloadId,
    nativeId: `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`,
    specHash: annotationOf(pod, annotation.hash) ?? "",
    labels: Object.fromEntries(labels),
    createdAt: instant(metadata?.creationTimestamp?.getTime() ?? 0),
    state,
    ...deadline,
  };
}
