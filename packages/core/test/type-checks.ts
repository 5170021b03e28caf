import type { StandardSchemaV1 } from "@standard-schema/spec";
import {
  backendLogsOn,
  composeSeams,
  type Ending,
  type Exit,
  type FaultCode,
  imagesOn,
  type Inspection,
  type Leftover,
  type LogCursor,
  type LogRecord,
  LongshoreError,
  type MilliCpu,
  openRuntime,
  type Owner,
  type Runtime,
  type Seams,
  type StopResult,
  type SweepReport,
  type TaskExecutor,
  type TaskSpec,
  type TaskState,
  type Update,
  type WorkloadId,
} from "@longshore/core";
import { type Capabilities, defineRuntime, type FieldTable, type Plan, type RuntimeDriver } from "@longshore/core/driver";

/** Never run: `tsc` is the check. */
declare const id: WorkloadId;
declare const owner: Owner;
interface DockerConfig {
  readonly socketPath?: string;
}
declare const configSchema: StandardSchemaV1<DockerConfig, Required<DockerConfig>>;
declare const optionsSchema: StandardSchemaV1<{ readonly network?: string }, { readonly network: string }>;
type DockerCapabilities = Required<Pick<Capabilities, "exec" | "backendLogs">>;
declare const driver: RuntimeDriver<DockerCapabilities, { readonly network: string }>;
const docker = defineRuntime({
  specVersion: "v1",
  name: "docker",
  traits: {
    isolation: "container",
    logs: "live",
    logTimes: true,
    timeLimit: "watcher",
    retention: { start: "until-removed", state: "until-removed", logs: 0 },
  },
  schemas: async () => ({ config: configSchema, options: optionsSchema }),
  open: async (config, host) => {
    config.socketPath satisfies string;
    host.owner satisfies Owner;
    return driver;
  },
});
// @ts-expect-error a misspelt key
docker.with({ sokcetPath: "x" });
// @ts-expect-error opened in nobody's name
await openRuntime(docker.with({}), {});
await using runtime = await openRuntime(docker.with({}), { owner });

// Capabilities: there where declared, the call optional, narrowed by `supports`.
for await (const item of runtime.capabilities.exec.exec({ id, command: ["nproc"] })) {
  if (item.kind === "exit") item.exit satisfies Exit;
  else item.bytes satisfies Uint8Array;
}
runtime.capabilities.backendLogs.backendLogs(id) satisfies AsyncIterable<LogRecord>;
// @ts-expect-error this runtime has no stats
runtime.capabilities.stats;
declare const unknown: Runtime;
unknown satisfies Runtime;
if (unknown.supports("watch", "services")) unknown.restart(id, { signal: AbortSignal.timeout(1) });
// @ts-expect-error not narrowed
unknown.capabilities.watch.watch({});
const anyRuntime: Runtime = runtime;
void anyRuntime;

// Ids, specs and units.
// @ts-expect-error a raw string is no id
runtime.inspect("api-1");
// @ts-expect-error a service cannot be run to its end
runtime.run({ kind: "service", id });
// @ts-expect-error a task has no replicas
({ kind: "task", id, replicas: 2 }) satisfies TaskSpec;
({
  kind: "task",
  id,
  resources: { cpu: "500m", memory: "256Mi" },
  secrets: { KEY: { backend: "arn", as: "env" } },
}) satisfies TaskSpec;
// @ts-expect-error no such unit
({ kind: "task", id, resources: { memory: "256MB" } }) satisfies TaskSpec;
// @ts-expect-error a secret's value does not stand in a spec
({ kind: "task", id, secrets: { KEY: "hunter2" } }) satisfies TaskSpec;
// @ts-expect-error a number that nobody parsed
500 satisfies MilliCpu;

// Endings: no success without proof, no failure without a diagnosis, no exit where nothing started.
declare const state: TaskState;
if (state.phase === "exited") {
  if (state.outcome === "succeeded") state.exit satisfies Exit;
  else state.diagnosis.retryable satisfies boolean;
}
// @ts-expect-error success without an exit
({ phase: "exited", outcome: "succeeded", finishedAt: "" as never }) satisfies Ending;
// @ts-expect-error failure without a diagnosis
({ phase: "exited", outcome: "failed", finishedAt: "" as never }) satisfies Ending;

// LongshoreError.is narrows what is, and leaves alone what is not.
declare const error: LongshoreError;
if (LongshoreError.is(error, "conflict")) error.code satisfies "conflict";
else error.code satisfies FaultCode;
declare const code: FaultCode;
// @ts-expect-error not with a code that may be any: its `false` would rule out every LongshoreError
LongshoreError.is(error, code);
declare const caught: unknown;
if (!LongshoreError.is(caught)) caught satisfies unknown;

// Seams: what was not composed is not there.
declare const tasks: TaskExecutor;
const composed = composeSeams({ tasks, backend: backendLogsOn(runtime) });
composed.backend.fetchBackendLogs satisfies Seams["backend"]["fetchBackendLogs"];
// @ts-expect-error no image registry was composed
composed.images.listImages();
// @ts-expect-error this runtime offers none either
imagesOn(runtime);
// @ts-expect-error an orchestrator that needs logs does not take these
composed satisfies Pick<Seams, "tasks" | "logs">;

// Public values are JSON all the way down, and none of them is `any`.
type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };
type Plain<T> = T extends Json
  ? T
  : T extends (...rest: never) => unknown
    ? never
    : T extends object
      ? { [K in keyof T]: Plain<T[K]> }
      : never;
type IsPlain<T> = [T] extends [Plain<T>] ? true : false;
type IsAny<T> = 0 extends 1 & T ? true : false;
[true, true, true, true, true, true] satisfies [
  IsPlain<Inspection>,
  IsPlain<LogRecord>,
  IsPlain<Update>,
  IsPlain<StopResult>,
  IsPlain<SweepReport>,
  IsPlain<Leftover>,
];
// @ts-expect-error as a Date would not be
true satisfies IsPlain<{ readonly at: Date }>;
false satisfies IsAny<Plan["requests"][number]>;
false satisfies IsAny<typeof runtime.capabilities.exec.exec>;
// @ts-expect-error a cursor is opaque: it comes from a record
"v1.x" satisfies LogCursor;

// A driver that forgot a field of the spec does not compile.
// @ts-expect-error all the others are missing
({ image: "honoured" }) satisfies FieldTable;
