import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { LongshoreError, type Runtime, type SecretResolver, type TaskSpec } from "@longshore/core";
import { firstLine } from "./first-line.ts";
import { type GuaranteeCase, needs } from "./guarantee-case.ts";
import { linesOf } from "./log-texts.ts";
import type { Program } from "./program.ts";
import { inspected, isWhole, namesOf, readiness, saidBy, servicePort, started, until } from "./service-kit.ts";
import type { Stage } from "./stage.ts";

const reveal: Program = [
  { do: "reveal", secret: "TOKEN" },
  { do: "print", text: "read" },
  { do: "sleep", ms: 60_000 },
];
interface Hidden {
  readonly value: string;
  readonly secrets: SecretResolver;
  readonly asked: () => readonly string[];
}
function hidden(): Hidden {
  const value = `s3cret-${randomBytes(9).toString("hex")}`;
  const asked: string[] = [];
  const resolve = async (key: string): Promise<string> => {
    asked.push(key);
    if (key !== "the-key")
      throw new LongshoreError(`secret ${key}: there is none`, { code: "invalid-spec", operation: "resolve secret" });
    return value;
  };
  return { value, secrets: { resolve }, asked: () => asked };
}
const withSecret = (spec: TaskSpec, as: "file" | "env", key = "the-key"): TaskSpec => ({
  ...spec,
  secrets: { TOKEN: { resolve: key, as } },
});

async function nowhere(
  stage: Stage,
  runtime: Runtime,
  { spec, value }: { readonly spec: TaskSpec; readonly value: string },
): Promise<void> {
  const told = [
    await stage.harness.secrets?.dump(stage.owner, spec.id),
    await runtime.explain(spec),
    JSON.stringify(await runtime.plan(spec)),
    JSON.stringify(await runtime.inspect(spec.id)),
    JSON.stringify(await Array.fromAsync(runtime.list())),
  ];
  for (const [index, text] of told.entries()) assert.ok(!text?.includes(value), `the value is shown: place ${index}`);
}

async function reaches(stage: Stage, as: "file" | "env"): Promise<void> {
  const { value, secrets } = hidden();
  const runtime = await stage.open({ secrets });
  const spec = withSecret(stage.task(reveal), as);
  const { problems } = await runtime.plan(spec);
  if (problems.length > 0) {
    assert.ok(
      as === "env" && problems.every(({ path }) => path.startsWith("secrets.TOKEN")),
      "only env may be refused, and by name",
    );
    return;
  }
  await stage.soon(runtime.start(spec), "start");
  await firstLine(stage, runtime, spec.id);
  await nowhere(stage, runtime, { spec, value });
  assert.equal(linesOf(await stage.logs(runtime, spec.id))[0], "***", "a known value is masked");
  // Who never asked for it knows nothing to mask: so it shows that the program really had it.
  await stage.elsewhere(async (other) => assert.equal(linesOf(await stage.logs(other, spec.id))[0], value));
  await stage.soon(runtime.stop(spec.id, { graceMs: 0 }), "stop");
  await nowhere(stage, runtime, { spec, value });
}

/** Its value is no business of ours: nobody here ever has it. */
async function stored(stage: Stage): Promise<void> {
  const value = `s3cret-${randomBytes(9).toString("hex")}`;
  const runtime = await stage.open();
  const reference = (await stage.harness.secrets?.put?.(value)) ?? "";
  const ways: string[] = [];
  for (const as of ["env", "file"] as const) {
    const spec = { ...stage.task(reveal), secrets: { TOKEN: { backend: reference, as } } };
    const { problems } = await runtime.plan(spec);
    if (problems.length > 0) continue;
    ways.push(as);
    await stage.soon(runtime.start(spec), "start");
    await firstLine(stage, runtime, spec.id);
    assert.equal(linesOf(await stage.logs(runtime, spec.id))[0], value, "the program has it");
    await nowhere(stage, runtime, { spec, value });
    await stage.soon(runtime.stop(spec.id, { graceMs: 0 }), "stop");
  }
  assert.notDeepEqual(ways, [], "there is no way for a secret of the backend's store to the program");
}

async function missing(stage: Stage): Promise<void> {
  const { secrets } = hidden();
  for (const opening of [{ secrets }, {}]) {
    const runtime = await stage.open(opening);
    const spec = withSecret(stage.task(reveal), "file", "another-key");
    const names = (error: unknown): boolean => LongshoreError.is(error, "invalid-spec") && error.message.includes("another-key");
    await assert.rejects(stage.soon(runtime.start(spec), "start"), names, "the error names the key");
    await stage.soon(runtime.remove(spec.id), "remove");
    assert.deepEqual(await stage.natives(), [], "what a start without its secret left");
  }
}

async function masked(stage: Stage): Promise<void> {
  const { value, secrets } = hidden();
  const failing: SecretResolver = {
    async resolve(key, signal) {
      const answer = await secrets.resolve(key, signal);
      if (key === "the-key") return answer;
      throw new Error(`the vault said ${value}`);
    },
  };
  const runtime = await stage.open({ secrets: failing });
  const spec = withSecret(stage.task([{ do: "exit", code: 0 }]), "file");
  await stage.ran(runtime, spec);
  const other = withSecret(stage.task(reveal), "file", "another-key");
  await assert.rejects(
    stage.soon(runtime.start(other), "start"),
    (error) => error instanceof Error && !error.message.includes(value),
  );
}

/** A restarted instance has it as well. */
async function kept(stage: Stage): Promise<void> {
  const { value, secrets } = hidden();
  const runtime = await stage.open({ secrets });
  const program: Program = [
    { do: "reveal", secret: "TOKEN" },
    { do: "serve", port: servicePort, text: "one" },
  ];
  const spec = { ...stage.service(program, { readiness }), secrets: { TOKEN: { resolve: "the-key", as: "file" } } } as const;
  const [victim = ""] = namesOf(await started(stage, runtime, spec));
  await stage.services.kill(stage.owner, spec.id, victim);
  await until(stage, runtime, { id: spec.id, what: "restarted", is: (seen) => isWhole(seen) && seen.state.restarts > 0 });
  await stage.elsewhere(async (other) => {
    await stage.eventually(async () => saidBy(await stage.logs(other, spec.id), value).length === 2, "both runs had the value");
  });
  const dump = await stage.harness.secrets?.dump(stage.owner, spec.id);
  assert.ok(!dump?.includes(value), "the value is shown");
  const earlier = new Set(namesOf(await inspected(stage, runtime, spec.id)));
  await stage.soon(runtime.stop(spec.id), "stop");
  await stage.elsewhere(async (other) => {
    await stage.soon(other.resume(spec.id), "resume by somebody who cannot resolve it");
    // Where what was stopped takes its log along, the new instance has said it all the same.
    const hasIt = async (): Promise<boolean> => {
      const instances = saidBy(await stage.logs(other, spec.id), value);
      return instances.length === 3 || instances.some((instance) => !earlier.has(instance));
    };
    await stage.eventually(hasIt, "a resumed one has it, too");
  });
}

export const secretsStaySecret: readonly GuaranteeCase[] = [
  {
    name: "a secret in a file reaches the program, and is shown nowhere",
    needs: [needs.secrets],
    run: (stage) => reaches(stage, "file"),
  },
  { name: "a secret in a variable is shown nowhere, or refused", needs: [needs.secrets], run: (stage) => reaches(stage, "env") },
  {
    name: "a secret of the backend's store reaches the program, and is shown nowhere",
    needs: [needs.storedSecrets],
    run: stored,
  },
  { name: "a secret that cannot be resolved is named by its key, and leaves nothing", needs: [needs.secrets], run: missing },
  { name: "a value that is known is masked in errors", needs: [needs.secrets], run: masked },
  {
    name: "a service: what is started again has its secrets still",
    needs: [needs.secrets, needs.services, needs.instances],
    run: kept,
  },
];
