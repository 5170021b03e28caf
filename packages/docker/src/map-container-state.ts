import {
  diagnose,
  type Diagnosis,
  type Ending,
  instant,
  type Instant,
  type Task,
  type TaskState,
  type WorkloadId,
} from "@longshore/core";
import { decideEnding, type StopIntent } from "@longshore/core/driver";
import { label } from "./container-names.ts";

/** What of `GET /containers/ID/json` a task's state rests on. */
export interface InspectedContainer {
  readonly Id: string;
  readonly Name: string;
  readonly Created: string;
  readonly Config: {
    readonly Labels: Readonly<Record<string, string>>;
    readonly Tty: boolean;
    readonly OpenStdin?: boolean;
    readonly WorkingDir?: string;
    readonly StopSignal?: string;
    readonly Healthcheck?: { readonly Test: readonly string[] };
  };
  readonly HostConfig: { readonly Memory: number };
  /** How often the engine has started it again by itself. */
  readonly RestartCount?: number;
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    readonly OOMKilled: boolean;
    readonly ExitCode: number;
    readonly Error: string;
    readonly StartedAt: string;
    readonly FinishedAt: string;
    readonly Health?: { readonly Log: readonly { readonly ExitCode: number; readonly Output: string }[] | null };
  };
}

/** Go's zero time, which Docker writes where nothing has happened yet. */
const happened = (time: string): Instant | undefined => (time === "" || time.startsWith("0001-") ? undefined : instant(time));

/** A container that was created, was never started and has not failed to: somebody is about to start it, or was cut off. */
export const isUnstarted = ({ State }: InspectedContainer): boolean =>
  State.Status === "created" && State.Error === "" && happened(State.StartedAt) === undefined;

/** In the runtime's words, runc's first of all; the engine has no codes for them. */
function diagnoseStart(said: string): Diagnosis {
  if (/executable file not found|no such file or directory/.test(said)) return diagnose("command-not-found", said);
  if (/permission denied|exec format error|is a directory/.test(said)) return diagnose("command-not-executable", said);
  return diagnose("invalid-config", said);
}

/** Of what does not run now. */
export function endingOf({ State, Created }: InspectedContainer, intent: StopIntent | undefined): Ending {
  const startedAt = happened(State.StartedAt);
  const finishedAt = happened(State.FinishedAt) ?? startedAt ?? instant(Created);
  const wanted = intent === undefined ? {} : { intent };
  if (startedAt === undefined) {
    const failure = diagnoseStart(State.Error === "" ? "it was never started" : State.Error.replace(/\s+/g, " "));
    return decideEnding({ finishedAt, failure, ...wanted });
  }
  const evidence = `State.Status ${State.Status}, ExitCode ${State.ExitCode}${State.OOMKilled ? ", OOMKilled" : ""}`;
  const exit = { code: State.ExitCode, ...(State.OOMKilled && { oomKilled: true }), evidence };
  return decideEnding({ startedAt, finishedAt, exit, ...wanted });
}

/** By the container's own word and the intent that was recorded beside it. */
function mapContainerState(container: InspectedContainer, intent: StopIntent | undefined): TaskState {
  const startedAt = happened(container.State.StartedAt);
  const started = startedAt === undefined ? {} : { startedAt };
  switch (container.State.Status) {
    case "created":
      if (intent !== undefined || !isUnstarted(container)) return endingOf(container, intent);
      return { phase: "pending", reason: "created" };
    case "running":
    case "paused":
    case "restarting":
      return { phase: intent === undefined ? "running" : "stopping", ...started };
    default: // exited, dead, and removing, which says nothing of its own
      return container.State.Running ? { phase: "stopping", ...started } : endingOf(container, intent);
  }
}

/** A container of ours, as a task. */
export function mapContainer(container: InspectedContainer, intent: StopIntent | undefined): Task {
  const { Labels } = container.Config;
  const state = mapContainerState(container, intent);
  const timeoutMs = Labels[label.timeoutMs];
  const startedAt = "startedAt" in state ? state.startedAt : undefined;
  const deadline =
    timeoutMs === undefined || startedAt === undefined ? {} : { deadline: instant(Date.parse(startedAt) + Number(timeoutMs)) };
  return {
    kind: "task",
    id: Labels[label.id] as WorkloadId,
    nativeId: container.Id,
    specHash: Labels[label.hash] ?? "",
    labels: JSON.parse(Labels[label.labels] ?? "{}") as Readonly<Record<string, string>>,
    createdAt: instant(container.Created),
    state,
    ...deadline,
  };
}
