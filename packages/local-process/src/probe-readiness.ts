import { get } from "node:http";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { defaultReadinessPeriodMs, type Readiness } from "@longshore/core";

/** Twice what Kubernetes gives a probe (`timeoutSeconds`, default 1): many instances may share this machine's processors. */
const probeLimitMs = 2_000;
/** The first looks come sooner, since most programs are ready long before a period is over. */
const firstPauseMs = 25;

interface Probe {
  readonly readiness: Readiness;
  readonly port: number;
  readonly signal: AbortSignal;
}
/** Tells of every change until the signal aborts. */
export async function probeReadiness(probe: Probe, tell: (ready: boolean) => void): Promise<void> {
  const { readiness, signal } = probe;
  const { periodMs = defaultReadinessPeriodMs } = readiness;
  let ready = false;
  for (let soon = firstPauseMs; !signal.aborted; soon *= 2) {
    const answers = await (readiness.path === undefined ? connects(probe) : isWell(probe, readiness.path));
    if (signal.aborted) return;
    if (answers !== ready) tell((ready = answers));
    const pauseMs = ready ? periodMs : Math.min(soon, periodMs);
    await pause(pauseMs, undefined, { signal, ref: false }).catch(() => {});
  }
}

function connects({ port, signal }: Probe): Promise<boolean> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(probeLimitMs)]);
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const end = (answers: boolean): void => {
      resolve(answers);
      socket.destroy();
    };
    socket.on("connect", () => end(true)).on("error", () => end(false));
    limit.addEventListener("abort", () => end(false), { once: true });
  });
}

function isWell({ port, signal }: Probe, path: string): Promise<boolean> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(probeLimitMs)]);
  return new Promise((resolve) => {
    const asked = get({ host: "127.0.0.1", port, path, agent: false, signal: limit }, (answer) => {
      const { statusCode = 0 } = answer;
      resolve(statusCode >= 200 && statusCode < 400);
      answer.destroy();
    });
    asked.on("error", () => resolve(false));
  });
}
