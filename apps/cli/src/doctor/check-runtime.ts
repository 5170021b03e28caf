import { statfs } from "node:fs/promises";
import { homedir } from "node:os";
import { type FaultCode, LongshoreError, type Runtime, type WorkloadSpec } from "@longshore/core";
import type { Config } from "../config/config.ts";
import { isNotInstalled, openToAsk } from "../runtimes/look-everywhere.ts";
import { messageOf } from "../runtimes/open-all.ts";
import type { Session } from "../session.ts";
import type { Finding } from "./finding.ts";
import { nearestFolder } from "./nearest-folder.ts";

const hints: Readonly<Partial<Record<FaultCode, string>>> = {
  unavailable:
    "start the backend, or say where it is: DOCKER_HOST, a Docker context, KUBECONFIG, or this runtime's entry in the config",
  "permission-denied": "may this user use it? for Docker's socket: join its group and log in anew, or use rootless Docker",
  unauthenticated: "check the credentials of this runtime",
  "invalid-config": "correct this runtime's entry in the config",
  timeout: "it takes too long to answer; look at its own logs",
  "invalid-argument": "longshore runtimes shows which there are",
  "not-found": "what answers there is no such backend; say where it is",
  throttled: "others use up the account's rate; set limits in the config",
};

const systemCodeOf = (error: unknown): string => {
  const { cause, code } = error as { readonly cause?: { readonly code?: string }; readonly code?: string };
  return cause?.code ?? code ?? "";
};
const systemHints: Readonly<Record<string, string>> = {
  EACCES: hints["permission-denied"] ?? "",
  ENOSPC: "the disk is full; make room",
  EROFS: "the file system is read-only; name another folder with LONGSHORE_STATE_DIR or stateDir",
  ENOTDIR: "a file is where a folder is to be; name another folder with LONGSHORE_STATE_DIR or stateDir",
};

const hintFor = (error: unknown): string =>
  systemHints[systemCodeOf(error)] ??
  (LongshoreError.is(error) ? hints[error.code] : undefined) ??
  "LONGSHORE_DEBUG=1 shows more";

/**
 * Opening checks the plugin's config and pings: the engine's socket and its permissions, or the folder that state is written to.
 * Where a backend can be asked what else would stand in the way, it is: of any workload, and of each of these specs.
 */
export async function checkRuntime(session: Session, name: string, specs: readonly WorkloadSpec[]): Promise<readonly Finding[]> {
  const check = `runtime ${name}`;
  try {
    const begun = performance.now();
    const look = await openToAsk(session, name);
    if (look.runtime === undefined) {
      const message = messageOf(look.error);
      if (isNotInstalled(session, look))
        return [{ check, state: "warn", message, hint: "no matter where no containers are wanted" }];
      return [{ check, state: "bad", message, hint: hintFor(look.error) }];
    }
    await using runtime = look.runtime;
    const opened = `opens and answers in ${Math.round(performance.now() - begun)} ms`;
    return [{ check, state: "ok", message: opened }, ...(await checkObstacles(session, runtime, { check, specs }))];
  } catch (error) {
    session.interrupts.signal.throwIfAborted();
    return [{ check, state: "bad", message: messageOf(error), hint: hintFor(error) }];
  }
}

async function checkObstacles(
  session: Session,
  runtime: Runtime,
  { check, specs }: { readonly check: string; readonly specs: readonly WorkloadSpec[] },
): Promise<readonly Finding[]> {
  if (!runtime.supports("preflight")) return [];
  const { preflight } = runtime.capabilities.preflight;
  const found = new Map<string, Finding>();
  for (const spec of [undefined, ...specs]) {
    const of = spec === undefined ? check : `${spec.id} on ${check}`;
    for (const { message, hint } of await preflight(spec, { signal: session.interrupts.signal }))
      if (!found.has(message)) found.set(message, { check: of, state: "bad", message, hint });
  }
  return [...found.values()];
}

/** What a few tasks with their logs need. */
const leastFreeBytes = 104_857_600;

const stateFolder = ({ runtimes }: Config): string => {
  const own = Object.values(runtimes).find(({ stateDir }) => typeof stateDir === "string")?.["stateDir"];
  const asked = process.env["LONGSHORE_STATE_DIR"];
  return typeof own === "string" ? own : asked !== undefined && asked !== "" ? asked : homedir();
};

/** Room where local processes keep state and logs. */
export async function checkDisk(config: Config): Promise<Finding> {
  const folder = await nearestFolder(stateFolder(config));
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const message = `${Math.floor(free / 1_048_576)} MiB free for state at ${folder}`;
  if (free >= leastFreeBytes) return { check: "disk", state: "ok", message };
  return { check: "disk", state: "bad", message, hint: "make room, or name another disk with LONGSHORE_STATE_DIR or stateDir" };
}
