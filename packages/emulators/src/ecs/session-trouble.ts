import type { Fault } from "../fault.ts";
import type { FaultKinds } from "../read-fault-rule.ts";

/** What can go wrong with the session that ExecuteCommand answers: faults of `ecs:ExecuteCommand`. */
export const sessionFaultKinds: FaultKinds = {
  "ecs:session-drop": { messages: "number" },
  "ecs:session-lose": { every: "number" },
  "ecs:session-miss": { every: "number" },
  "ecs:session-repeat": {},
  "ecs:session-shuffle": {},
  "ecs:session-no-handshake": {},
};

/** Messages are counted from 1, those that acknowledge included. */
export interface SessionTrouble {
  /** The connection is cut in place of the message after so many. */
  readonly dropAfter?: number;
  /** Each so manieth message never leaves: it is sent again when nobody acknowledges it. */
  readonly loseEvery?: number;
  /** Each so manieth message that arrives is not heard. */
  readonly missEvery?: number;
  /** Each message is sent twice. */
  readonly repeat: boolean;
  /** Each second message is sent after the one that follows it. */
  readonly shuffle: boolean;
  /** As agents do that ask nothing of their client. */
  readonly noHandshake: boolean;
}

export function sessionTroubleOf(faults: readonly Fault[]): SessionTrouble {
  const find = (kind: string): Readonly<Record<string, unknown>> | undefined => faults.find((fault) => fault.kind === kind);
  const [drop, lose, miss] = [find("ecs:session-drop"), find("ecs:session-lose"), find("ecs:session-miss")];
  return {
    ...(drop && { dropAfter: Number(drop["messages"]) }),
    ...(lose && { loseEvery: Number(lose["every"]) }),
    ...(miss && { missEvery: Number(miss["every"]) }),
    repeat: find("ecs:session-repeat") !== undefined,
    shuffle: find("ecs:session-shuffle") !== undefined,
    noHandshake: find("ecs:session-no-handshake") !== undefined,
  };
}
