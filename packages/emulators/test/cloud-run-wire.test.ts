import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Fault } from "../src/fault.ts";
import { coded, CloudRunBed, image, jobName, jobOf, parent, project, transports } from "./cloud-run-kit.ts";

const [unknown, invalidArgument, permissionDenied, exhausted, internal, unavailable] = [2, 3, 7, 8, 13, 14];

describe.each(transports)("faults of the wire over %s", (transport) => {
  let bed: CloudRunBed;
  beforeAll(async () => {
    bed = await CloudRunBed.start(transport, { delays: { grace: 300 } });
    await bed.create("job", jobOf("sleep 300"));
  });
  afterAll(async () => {
    expect(await bed.nonconforming()).toEqual([]);
    await bed[Symbol.asyncDispose]();
  });

  const count = async (): Promise<number> => (await bed.executions.listExecutions({ parent: jobName("job") }))[0].length;
  /** What RunJob, which no client asks for twice by itself, ends with where it meets a fault; and how many more executions there are. */
  const meet = async (fault: Fault): Promise<{ error: unknown; more: number }> => {
    const before = await count();
    bed.emulator.faults.add({ operation: "run:RunJob", fault, times: 1 });
    const error: unknown = await bed.run("job").catch((thrown: unknown) => thrown);
    bed.emulator.faults.clear();
    return { error, more: (await count()) - before };
  };
  const lostCode = transport === "grpc" ? { code: unavailable } : {};

  test("a request that is lost does nothing", async () => {
    const { error, more } = await meet({ kind: "drop-request" });
    expect({ error, more }).toMatchObject({ error: expect.objectContaining(lostCode) as Error, more: 0 });
  });

  test("an answer that is lost leaves the execution", async () => {
    const { error, more } = await meet({ kind: "lose-reply" });
    expect({ error, more }).toMatchObject({ error: expect.objectContaining(lostCode) as Error, more: 1 });
  });

  test("too many requests are refused without a hint when to come back", async () => {
    const { error, more } = await meet({ kind: "throttle" });
    expect({ error, more }).toMatchObject({ error: coded(exhausted, /Quota exceeded/) as Error, more: 0 });
    expect(error).toMatchObject({ reason: "RATE_LIMIT_EXCEEDED", domain: "googleapis.com" });
  });

  test("any error of the service, before the work or after it", async () => {
    const before = await meet({ kind: "google:error", code: "PERMISSION_DENIED", message: "not you" });
    expect(before).toMatchObject({ error: coded(permissionDenied, /not you/) as Error, more: 0 });
    const after = await meet({ kind: "google:error-after", code: "INTERNAL" });
    expect(after).toMatchObject({ error: coded(internal) as Error, more: 1 });
  });

  test("what stands in front answers for itself", async () => {
    const { error, more } = await meet({ kind: "status", status: 503, html: true });
    expect(error).toBeInstanceOf(Error);
    if (transport === "grpc") expect(error).toEqual(coded(unavailable));
    expect(more).toBe(0);
    const other = await meet({ kind: "status", status: 500 });
    if (transport === "grpc") expect(other.error).toEqual(coded(unknown));
    expect(other.more).toBe(0);
  });

  test("every call is counted and written down, whatever its protocol", async () => {
    const { journal } = bed.emulator;
    const before = journal.counts["run:GetJob"] ?? 0;
    await bed.job("job");
    expect(journal.counts["run:GetJob"]).toBe(before + 1);
    expect(journal.entries("run:GetJob").at(-1)).toMatchObject({
      status: 200,
      input: { name: jobName("job") },
      output: { name: jobName("job") },
    });
    await expect(bed.job("none")).rejects.toThrow();
    expect(journal.entries("run:GetJob").at(-1)).toMatchObject({ status: 404, error: "NOT_FOUND" });
  });
});

describe("REST alone", () => {
  let bed: CloudRunBed;
  beforeAll(async () => {
    bed = await CloudRunBed.start("rest", { deniedPermissions: ["run.jobs.runWithOverrides"] });
  });
  afterAll(async () => {
    expect(await bed.nonconforming()).toEqual([]);
    await bed[Symbol.asyncDispose]();
  });

  const ask = async (method: string, path: string, body?: unknown) => {
    const init =
      body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: typeof body === "string" ? body : JSON.stringify(body) };
    const answer = await fetch(`${bed.emulator.url}${path}`, { method, ...init });
    return {
      status: answer.status,
      body: (await answer.json()) as { error?: { status: string; message: string } } & Record<string, unknown>,
    };
  };

  test("takes names of fields in both spellings, and refuses those that there are not", async () => {
    const job = { template: { task_count: 2, template: { max_retries: 0, containers: [{ image }] } } };
    const created = await ask("POST", `/v2/${parent}/jobs?job_id=spelt`, job);
    expect(created).toMatchObject({
      status: 200,
      body: { metadata: { template: { taskCount: 2, template: { maxRetries: 0 } } } },
    });
    const typo = await ask("POST", `/v2/${parent}/jobs?jobId=typo`, {
      template: { template: { containers: [{ imagee: "x" }] } },
    });
    expect(typo).toMatchObject({
      status: 400,
      body: { error: { status: "INVALID_ARGUMENT", message: expect.stringContaining('"imagee"') as string } },
    });
    expect(await ask("GET", `/v2/${parent}/jobs?pageSiz=1`)).toMatchObject({ status: 400 });
    expect(await ask("POST", `/v2/${parent}/jobs?jobId=x`, "{")).toMatchObject({ status: 400 });
    expect(await ask("POST", `/v2/${parent}/jobs?jobId=x`, { template: { template: { timeout: 5 } } })).toMatchObject({
      status: 400,
    });
  });

  test("answers with enums by name, or by number where it is asked to", async () => {
    const { body } = await ask("POST", `/v2/${parent}/jobs?jobId=enums`, jobOf("true"));
    expect(body).toMatchObject({ metadata: { launchStage: "GA" } });
    expect((await ask("GET", `/v2/${jobName("enums")}?%24alt=json%3Benum-encoding=int`)).body["launchStage"]).toBe(4);
  });

  test("leaves out what is 0, unless somebody has said so", async () => {
    await bed.create("zeros", jobOf("true"));
    const { name } = await bed.ended(await bed.run("zeros"));
    const { body } = await ask("GET", `/v2/${name!}`);
    expect(body).toMatchObject({ succeededCount: 1, template: { maxRetries: 0 } });
    for (const absent of ["failedCount", "runningCount", "cancelledCount", "retriedCount", "reconciling"])
      expect(body).not.toHaveProperty(absent);
  });

  test("takes no notice of what is the service's to say", async () => {
    const service = {
      template: { containers: [{ image }] },
      latestReadyRevision: "mine",
      deleteTime: "2020-01-01T00:00:00Z",
      uid: "own",
    };
    const { body } = await ask("POST", `/v2/${parent}/services?serviceId=planned&validateOnly=true`, service);
    const { metadata } = body as { metadata: Record<string, unknown> };
    expect(metadata).toMatchObject({ name: `${parent}/services/planned` });
    expect(metadata).not.toHaveProperty("latestReadyRevision");
    expect(metadata).not.toHaveProperty("deleteTime");
    expect(metadata["uid"]).not.toBe("own");
  });

  test("tells what it does not have", async () => {
    expect(await ask("GET", "/v2/nowhere")).toMatchObject({ status: 404, body: { error: { status: "NOT_FOUND" } } });
    expect(await ask("PUT", `/v2/${jobName("enums")}`)).toMatchObject({ status: 404 });
  });

  test("tells which permissions the caller has: on a job, a project and a service account", async () => {
    const permissions = ["run.jobs.run", "run.jobs.runWithOverrides", "iam.serviceAccounts.actAs"];
    const granted = { status: 200, body: { permissions: ["run.jobs.run", "iam.serviceAccounts.actAs"] } };
    expect(await ask("POST", `/v2/${jobName("any")}:testIamPermissions`, { permissions })).toMatchObject(granted);
    expect(await ask("POST", `/v1/projects/${project}:testIamPermissions`, { permissions })).toMatchObject(granted);
    expect(await ask("POST", `/v3/projects/${project}:testIamPermissions`, { permissions })).toMatchObject(granted);
    expect(await ask("POST", "/v1/projects/-/serviceAccounts/me@example.com:testIamPermissions", { permissions })).toMatchObject(
      granted,
    );
  });

  test("has the control endpoint: faults, the journal, the clock and secrets", async () => {
    expect(await ask("GET", "/_emulator/health")).toMatchObject({
      body: { status: "ok", cloud: "cloud-run", engine: "process" },
    });
    const fault = { operation: "run:GetJob", fault: { kind: "throttle" }, times: 1 };
    expect(await ask("POST", "/_emulator/faults", fault)).toMatchObject({ status: 200 });
    expect(await ask("GET", `/v2/${jobName("enums")}`)).toMatchObject({ status: 429 });
    expect(await ask("GET", `/v2/${jobName("enums")}`)).toMatchObject({ status: 200 });
    expect(await ask("POST", "/_emulator/faults", { operation: "*", fault: { kind: "run:nonsense" } })).toMatchObject({
      status: 400,
    });
    expect(await ask("POST", "/_emulator/secrets", { "projects/tests/secrets/seeded": "hush" })).toMatchObject({ status: 200 });
    const [version] = await bed.secrets.accessSecretVersion({ name: `projects/${project}/secrets/seeded/versions/latest` });
    expect(Buffer.from(version.payload!.data as Uint8Array).toString()).toBe("hush");
    expect(await ask("POST", "/_emulator/secrets", { "no/name": "x" })).toMatchObject({ status: 400 });
  });
});

describe.each(transports)("secrets over %s", (transport) => {
  test("are made, given versions, read, switched off and deleted", async () => {
    await using bed = await CloudRunBed.start(transport);
    const name = `projects/${project}/secrets/token`;
    await bed.secrets.createSecret({
      parent: `projects/${project}`,
      secretId: "token",
      secret: { replication: { automatic: {} }, labels: { a: "b" } },
    });
    const add = async (text: string): Promise<string> =>
      (await bed.secrets.addSecretVersion({ parent: name, payload: { data: Buffer.from(text) } }))[0].name!;
    const [first, second] = [await add("one"), await add("two")];
    expect([first, second]).toEqual([`${name}/versions/1`, `${name}/versions/2`]);
    const read = async (version: string): Promise<string> => {
      const [{ payload }] = await bed.secrets.accessSecretVersion({ name: `${name}/versions/${version}` });
      return Buffer.from(payload!.data as Uint8Array).toString();
    };
    expect([await read("1"), await read("latest")]).toEqual(["one", "two"]);
    await bed.secrets.disableSecretVersion({ name: second });
    await expect(read("2")).rejects.toMatchObject({ code: 9 });
    await bed.secrets.destroySecretVersion({ name: first });
    await expect(read("1")).rejects.toMatchObject({ code: 9 });
    const [versions] = await bed.secrets.listSecretVersions({ parent: name });
    expect(versions.map(({ state }) => state)).toEqual(["DISABLED", "DESTROYED"]);
    const [secrets] = await bed.secrets.listSecrets({ parent: `projects/${project}` });
    expect(secrets).toMatchObject([{ name, labels: { a: "b" } }]);
    await bed.secrets.deleteSecret({ name });
    await expect(bed.secrets.getSecret({ name })).rejects.toMatchObject({ code: 5 });
    await expect(bed.secrets.createSecret({ parent: `projects/${project}`, secretId: "bad name", secret: {} })).rejects.toEqual(
      coded(invalidArgument),
    );
  });
});
