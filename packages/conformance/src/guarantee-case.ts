import type { Harness } from "./harness.ts";
import type { Stage } from "./stage.ts";

/** Says why a case cannot be run with this harness. */
export type Need = (harness: Harness) => string | undefined;

export interface GuaranteeCase {
  readonly name: string;
  readonly needs?: readonly Need[];
  run(stage: Stage): Promise<void>;
}

type NeedName =
  | "crash"
  | "services"
  | "instances"
  | "secrets"
  | "storedSecrets"
  | "exec"
  | "attach"
  | "input"
  | "copy"
  | "terminal"
  | "stats"
  | "faults"
  | "connections"
  | "badImage"
  | "badCommand"
  | "badConfig"
  | "outOfMemory"
  | "forks"
  | "streams"
  | "logTimes"
  | "enforcer";

const unless =
  (there: (harness: Harness) => unknown, why: string): Need =>
  (harness) =>
    there(harness) === undefined || there(harness) === false ? why : undefined;

const session = (name: NonNullable<Harness["sessions"]>[number]): Need =>
  unless(({ sessions = [] }) => sessions.includes(name), `the runtime has no ${name} (sessions)`);

const watchers = "an open runtime enforces time limits here (trait timeLimit: watcher)";

/** What a case may need of the harness or the traits. */
export const needs: Readonly<Record<NeedName, Need>> = {
  crash: unless(({ crash }) => crash, "the harness cannot crash a process (crash)"),
  services: unless(({ services }) => services, "there are no services here (services)"),
  instances: unless(({ services }) => services?.onlyCounted !== true, "instances are only counted here (services.onlyCounted)"),
  secrets: unless(
    ({ secrets }) => secrets !== undefined && (secrets.resolves ?? true),
    "programs are given no secrets of the resolver here (secrets.resolves)",
  ),
  storedSecrets: unless(({ secrets }) => secrets?.put, "programs are given no secrets of the backend's store here (secrets.put)"),
  exec: session("exec"),
  attach: session("attach"),
  input: session("input"),
  copy: unless(({ copying }) => copying, "files are not copied here (copying)"),
  terminal: session("terminal"),
  stats: session("stats"),
  faults: unless(({ faults }) => faults, "the harness cannot disturb the connection (faults)"),
  connections: unless(
    ({ faults, openConnections }) => faults ?? openConnections,
    "nothing counts connections (faults, openConnections)",
  ),
  badImage: unless(({ bad }) => bad.image, "no image can be wrong here (bad.image)"),
  badCommand: unless(({ bad }) => bad.command, "no command can be wrong here (bad.command)"),
  badConfig: unless(({ bad }) => bad.config, "no config can be wrong here (bad.config)"),
  outOfMemory: unless(({ outOfMemory }) => outOfMemory, "memory is not limited here (outOfMemory)"),
  forks: unless(({ forks }) => forks ?? true, "programs have no children here (forks)"),
  streams: unless(({ tells }) => tells.streams, "stdout and stderr come as one here (tells.streams)"),
  logTimes: unless(({ traits }) => traits.logTimes, "log lines have no times here (trait logTimes)"),
  enforcer: unless(({ traits }) => traits.timeLimit !== "watcher", watchers),
};
