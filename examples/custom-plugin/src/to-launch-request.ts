import { defaultStopGraceMs, type TaskSpec } from "@longshore/core";
import { type FieldTable, type Order, type Plan, treatFields } from "@longshore/core/driver";

const no = { refuse: "processes of this machine have no such thing" };
const onlyTasks = { refuse: "only tasks are run here" };
const yes = "honoured";
const table: FieldTable = {
  ...({ entrypoint: yes, command: yes, env: yes, workingDirectory: yes, labels: yes, options: yes } as const),
  ...({ timeoutMs: yes, pendingTimeoutMs: yes, stopGraceMs: yes } as const),
  ...{ init: { noEffect: "process 1 of this machine reaps what is left" }, interruptible: { noEffect: "nothing is taken back" } },
  ...{ image: no, platform: no, pullPolicy: no, registryCredentials: no, identity: no, secrets: no, hardening: no },
  ...{ resources: no, user: no, tty: no, stdin: no, ports: no, mounts: no },
  ...{ replicas: onlyTasks, restart: onlyTasks, readiness: onlyTasks, update: onlyTasks, drainMs: onlyTasks },
};

/** All that a task is: written down before it is launched, and never again. */
function asRequest(spec: TaskSpec, specHash: string, folder: string) {
  const { entrypoint = [], command = [], stopGraceMs: graceMs = defaultStopGraceMs } = spec;
  const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...spec.env };
  return { spec, specHash, folder, command: [...entrypoint, ...command], env, graceMs };
}
export type LaunchRequest = ReturnType<typeof asRequest>;

/** Pure: what `explain` shows and `start` writes down. */
export function toLaunchRequest({ spec, specHash }: Order, home: string): Plan<LaunchRequest> {
  const { problems, adjustments } = treatFields(spec, table);
  if (spec.kind !== "task") return { problems: [{ path: "kind", message: onlyTasks.refuse }], adjustments, requests: [] };
  const request = asRequest(spec, specHash, `${home}/${spec.id}`);
  const missing = request.command.length === 0 ? [{ path: "command", message: "is missing; expected a program" }] : [];
  return { problems: [...problems, ...missing], adjustments, requests: [request] };
}
