import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import {
  type Adjustment,
  LongshoreError,
  type Plan,
  type Runtime,
  type ServiceSpec,
  type TaskSpec,
  type WorkloadSpec,
} from "@longshore/core";
import type { GuaranteeCase } from "./guarantee-case.ts";
import type { Stage } from "./stage.ts";

interface Sample {
  /** Where a problem or an adjustment has to point at, or into. */
  readonly path: string;
  /** Asks for something that is nobody's default. */
  readonly fragment: Readonly<Record<string, unknown>>;
  /** What the same spec has without it, where a member of a field is what is asked for. */
  readonly without?: Readonly<Record<string, unknown>>;
}
const whole = (field: string, value: unknown): Sample => ({ path: field, fragment: { [field]: value } });
const member = (field: string, [less, more]: readonly [less: unknown, more: unknown], path = field): Sample => ({
  path,
  fragment: { [field]: more },
  without: { [field]: less },
});

const common: readonly Sample[] = [
  whole("image", "registry.example/some/thing:1"),
  whole("entrypoint", ["/bin/some-entry", "--flag"]),
  whole("command", ["some", "command"]),
  whole("env", { SOME: "value" }),
  whole("secrets", { TOKEN: { resolve: "key", as: "file" } }),
  member("secrets", [{ TOKEN: { resolve: "key", as: "file" } }, { TOKEN: { resolve: "key", as: "env" } }]),
  member("secrets", [{ TOKEN: { resolve: "key", as: "file" } }, { TOKEN: { backend: "key", as: "file" } }]),
  member("resources", [{}, { cpu: "730m" }], "resources.cpu"),
  member("resources", [{ cpu: "730m" }, { cpu: "730m", memory: "333Mi" }], "resources.memory"),
  member("resources", [{ cpu: "730m" }, { cpu: "730m", ephemeralStorage: "3Gi" }], "resources.ephemeralStorage"),
  member("resources", [{ cpu: "730m" }, { cpu: "730m", gpu: 1 }], "resources.gpu"),
  whole("platform", "linux/s390x"),
  member("identity", [{}, { taskRole: "some-role" }]),
  member("identity", [{}, { executionRole: "some-role" }]),
  whole("registryCredentials", { resolve: "registry" }),
  whole("pullPolicy", "always"),
  whole("workingDirectory", "/srv/some"),
  whole("user", "1234:4321"),
  member("init", [false, true]),
  whole("tty", true),
  whole("stdin", true),
  member("hardening", [{ readOnlyRoot: true }, { readOnlyRoot: false }]),
  member("hardening", [{ noNewPrivileges: true }, { noNewPrivileges: false }]),
  member("hardening", [{}, { drop: ["NET_RAW"] }]),
  member("hardening", [{}, { add: ["NET_BIND_SERVICE"] }]),
  whole("ports", [{ port: 8123 }]),
  member("ports", [[{ port: 8123 }], [{ port: 8123, protocol: "udp" }]]),
  member("ports", [[{ port: 8123 }], [{ port: 8123, publish: 18_123 }]]),
  whole("mounts", [{ volume: "some", path: "/data" }]),
  member("mounts", [[{ volume: "some", path: "/data" }], [{ volume: "some", path: "/data", readOnly: true }]]),
  whole("stopGraceMs", 12_345),
  whole("labels", { team: "blue" }),
];
const ofTasks: readonly Sample[] = [whole("timeoutMs", 54_321), whole("interruptible", true)];
const ofServices: readonly Sample[] = [
  whole("replicas", 3),
  whole("restart", "on-failure"),
  whole("readiness", { port: 8123 }),
  member("readiness", [{ port: 8123 }, { port: 8123, path: "/ready" }]),
  member("readiness", [{ port: 8123 }, { port: 8123, periodMs: 3456 }]),
  member("readiness", [{ port: 8123 }, { port: 8123, timeoutMs: 45_678 }]),
  whole("update", "recreate"),
  whole("drainMs", 3456),
];

/** The hash speaks of every field; whether the field itself arrives is the question. */
const withoutHash = (plan: Plan): string => JSON.stringify(plan.requests).replaceAll(/[0-9a-f]{64}/g, "");
const pointsAt = (path: string, problemsOrAdjustments: readonly Pick<Adjustment, "path">[]): boolean =>
  problemsOrAdjustments.some((one) => one.path === path || one.path.startsWith(`${path}.`) || path.startsWith(`${one.path}.`));

/** Honoured, so that what is sent differs; adjusted, and reported; or refused, by its path. */
async function assertSpokenOf(runtime: Runtime, base: WorkloadSpec, { path, fragment, without = {} }: Sample): Promise<void> {
  const spec = { ...base, ...fragment } as WorkloadSpec;
  const plan = await runtime.plan(spec);
  const plain = await runtime.plan({ ...base, ...without } as WorkloadSpec);
  if (pointsAt(path, plan.problems) || pointsAt(path, plan.adjustments)) return;
  // What is asked for is done without being asked for, and that is reported.
  if (plain.adjustments.some((one) => one.path === path && isDeepStrictEqual(one.to, fragment[path]))) return;
  assert.ok(
    plan.problems.length === 0 || plain.problems.length > 0,
    `${path}: refused without a word of it: ${JSON.stringify(plan.problems)}`,
  );
  if (plain.problems.length > 0) return;
  assert.notEqual(withoutHash(plan), withoutHash(plain), `${path}: ${JSON.stringify(fragment)} is dropped in silence`);
}

/** Several at once: each is spoken of as it is alone. */
async function assertTogether(
  stage: Stage,
  runtime: Runtime,
  of: { readonly base: WorkloadSpec; readonly samples: readonly Sample[] },
): Promise<void> {
  const chosen = new Map<string, Sample>();
  for (let count = 0; count < 4; count++) {
    const sample = of.samples[stage.choice.below(of.samples.length)];
    if (sample !== undefined) chosen.set(Object.keys(sample.fragment)[0] ?? "", sample);
  }
  const all = [...chosen.values()];
  for (const one of all) {
    const others = all.filter((other) => other !== one).map(({ fragment }) => fragment);
    await assertSpokenOf(runtime, Object.assign({}, of.base, ...others) as WorkloadSpec, one);
  }
}

async function walk(stage: Stage, base: WorkloadSpec, samples: readonly Sample[]): Promise<void> {
  const runtime = await stage.open();
  const options = (stage.harness.options ?? []).map((slice): Sample => ({
    path: "options",
    fragment: { options: { ...base.options, [runtime.plugin]: slice } },
  }));
  const every = [...samples, ...options];
  for (const sample of every) await assertSpokenOf(runtime, base, sample);
  for (let round = 0; round < 100; round++) await assertTogether(stage, runtime, { base, samples: every });
}

/** Nothing is asked of the backend, and nothing is there afterwards. */
async function refused(stage: Stage): Promise<void> {
  const runtime = await stage.open();
  const spec = stage.task([{ do: "exit", code: 0 }]);
  const wrong: readonly (readonly [path: string, spec: unknown])[] = [
    ["comand", { ...spec, comand: ["true"] }],
    ["options.nobody", { ...spec, options: { ...spec.options, nobody: {} } }],
    [`options.${runtime.plugin}`, { ...spec, options: { ...spec.options, [runtime.plugin]: { noSuchKey: 1 } } }],
    ["resources.memory", { ...spec, resources: { memory: "much" } }],
    ["timeoutMs", { ...spec, timeoutMs: -1 }],
    ["replicas", { ...spec, replicas: 2 }],
  ];
  for (const [path, one] of wrong) {
    const { problems } = await runtime.plan(one as TaskSpec);
    assert.ok(pointsAt(path, problems), `${path}: ${JSON.stringify(problems)}`);
    const isRefusal = (error: unknown): boolean => LongshoreError.is(error, "invalid-spec") && error.message.includes(path);
    await assert.rejects(stage.soon(runtime.start(one as TaskSpec), "start"), isRefusal);
  }
  assert.deepEqual(await stage.natives(), []);
}

/** Refused as a service where there are none: by one word about the kind. */
async function services(stage: Stage): Promise<void> {
  const base: ServiceSpec = {
    kind: "service",
    id: stage.id("service"),
    ...stage.harness.services?.service([{ do: "exit", code: 0 }]),
  };
  const runtime = await stage.open();
  const { problems } = await runtime.plan(base);
  const supported: boolean = runtime.supports("services");
  if (supported) return walk(stage, base, [...common, ...ofServices]);
  assert.deepEqual(
    problems.map(({ path }) => path),
    ["kind"],
    "a runtime of tasks says so",
  );
}

export const nothingDropped: readonly GuaranteeCase[] = [
  {
    name: "every field of a task is honoured, adjusted and reported, or refused",
    run: (stage) => walk(stage, stage.task([{ do: "exit", code: 0 }]), [...common, ...ofTasks]),
  },
  { name: "every field of a service is honoured, adjusted and reported, or refused", run: services },
  { name: "what is wrong is refused by its path, and leaves nothing", run: refused },
];
