import { LongshoreError, type WorkloadId } from "@longshore/core";
import { endingOf, type InspectedContainer, isUnstarted } from "./map-container-state.ts";

/** Why an instance is not ready, in the engine's words; `hopeless` where waiting longer cannot help. */
export interface Unready {
  readonly why: string;
  readonly hopeless: boolean;
}
const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

/** In runc's words: what the probe begins with is not in the image. */
const noProgram = /exec:? "([^"]+)": (executable file not found|stat .*no such file)/;

export function explainUnready(container: InspectedContainer): Unready {
  const { State, Config } = container;
  if (State.Status === "created") {
    if (isUnstarted(container)) return { why: "it was not started yet", hopeless: false };
    const ending = endingOf(container, undefined);
    return { why: ending.outcome === "succeeded" ? "it has ended" : ending.diagnosis.message, hopeless: true };
  }
  if (!State.Running || State.Status === "restarting") {
    const ending = endingOf(container, undefined);
    const said = ending.outcome === "succeeded" ? "it ended with code 0" : ending.diagnosis.message;
    // The engine tries again after an end, not after a start that failed.
    if (!State.Running && State.Error !== "") return { why: `it could not be started: ${oneLine(State.Error)}`, hopeless: true };
    return { why: `${said}, restarted ${container.RestartCount ?? 0} times`, hopeless: false };
  }
  const last = State.Health?.Log?.at(-1);
  if (last === undefined) return { why: "no probe has come to an end yet", hopeless: false };
  const [, program] = noProgram.exec(last.Output) ?? [];
  if (program === undefined) return { why: `its probe says: ${oneLine(last.Output)}`, hopeless: false };
  const what = Config.Healthcheck?.Test[1] === "sh" ? "a shell for the probe that readiness asks for" : "the probe's program";
  return { why: `the image has no ${program}: ${what}; give options.docker.healthcheck a command that is in it`, hopeless: true };
}

export const neverReady = (id: WorkloadId, operation: string, why: string): LongshoreError =>
  new LongshoreError(why, { code: "timeout", retryable: false, operation, workload: id });
