import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { coded, CloudRunBed, jobOf, project, until } from "./cloud-run-kit.ts";

const exhausted = 8;
const since = 'timestamp>="2020-01-01T00:00:00Z"';
const logName = `projects/${project}/logs/plain`;

interface Listed {
  readonly entries?: readonly { readonly textPayload?: string; readonly insertId: string; readonly timestamp: string }[];
  readonly nextPageToken?: string;
  readonly error?: { readonly code: number; readonly status: string; readonly message: string };
}

/** One call of entries.list, by nothing but HTTP. */
async function list(bed: CloudRunBed, body: object): Promise<Listed & { readonly headers: Headers; readonly status: number }> {
  const answer = await fetch(`${bed.emulator.url}/v2/entries:list`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ resourceNames: [`projects/${project}`], ...body }),
  });
  return { ...((await answer.json()) as Listed), headers: answer.headers, status: answer.status };
}

const texts = ({ entries = [] }: Listed): (string | undefined)[] => entries.map(({ textPayload }) => textPayload);

describe("entries", () => {
  let bed: CloudRunBed;
  beforeAll(async () => {
    bed = await CloudRunBed.start("grpc", { delays: { grace: 300 } });
    const resource = { type: "global", labels: { project_id: project } };
    const log = bed.logging.log("plain");
    const at = (second: number): Date => new Date(Date.now() - 60_000 + second * 1000);
    await log.write([
      log.entry(
        { resource, timestamp: at(0), severity: "DEBUG", labels: { "a.b/c": "one", n: "1" }, insertId: "0" },
        "first line",
      ),
      log.entry(
        { resource, timestamp: at(1), severity: "ERROR", labels: { "a.b/c": "two" }, insertId: "1" },
        { message: "second", size: 17, tags: ["x", "y"], deep: { done: true } },
      ),
      log.entry({ resource, timestamp: at(2), labels: { "a.b/c": "three" }, insertId: "2" }, "Third LINE"),
    ]);
  });
  afterAll(async () => {
    expect(await bed.nonconforming()).toEqual([]);
    await bed[Symbol.asyncDispose]();
  });

  test.each([
    ["", ["0", "1", "2"]],
    ["severity>=WARNING", ["1"]],
    ["severity=DEFAULT", ["2"]],
    ["severity=(DEBUG OR ERROR)", ["0", "1"]],
    ['labels."a.b/c"=two', ["1"]],
    ['labels."a.b/c"=("one" OR "two") AND severity!=ERROR', ["0"]],
    ["labels.n:*", ["0"]],
    ["NOT labels.n:*", ["1", "2"]],
    ["-labels.n=1", ["1", "2"]],
    ["textPayload:line", ["0", "2"]],
    ['text_payload="third line"', ["2"]],
    ['textPayload=~"^first"', ["0"]],
    ['textPayload!~"LINE$"', ["0", "1"]],
    ["jsonPayload.size>16.5 jsonPayload.deep.done=true", ["1"]],
    ["jsonPayload.tags=y", ["1"]],
    ["second OR Third", ["1", "2"]],
    ["line -first", ["2"]],
    ['"third LINE"', ["2"]],
    ['labels."a.b/c"=one OR severity=ERROR AND resource.type=global', ["0", "1"]],
    ['(labels."a.b/c"=one) OR (severity=ERROR\n AND resource.labels.project_id="tests") -- a comment', ["0", "1"]],
    ['log_id("plain")', ["0", "1", "2"]],
    [`logName="projects/${project}/logs/other"`, []],
    ['insertId="1"', ["1"]],
    ['timestamp>="2020-01-01T00:00:00+02:00" timestamp<"2020-01-02"', []],
  ])("are found by %s", async (filter, found) => {
    const { entries = [] } = await list(bed, { filter: `logName:"logs/plain" OR logName:"logs/other"\n${filter}` });
    const own = filter.startsWith("logName=") ? [] : entries.map(({ insertId }) => insertId);
    expect(own).toEqual(found);
  });

  test.each(["labels.a=", "(severity=ERROR", "a = b )", "OR a", 'textPayload=~"("', "sample(insertId, 0.5)", "x".repeat(20_001)])(
    "are not looked for by nonsense (%#)",
    async (filter) => {
      expect(await list(bed, { filter })).toMatchObject({ status: 400, error: { status: "INVALID_ARGUMENT" } });
    },
  );

  test("come by pages, from the oldest unless asked otherwise", async () => {
    const request = { filter: "logName:plain", pageSize: 2 };
    const first = await list(bed, request);
    expect(texts(first)).toEqual(["first line", undefined]);
    const second = await list(bed, { ...request, pageToken: first.nextPageToken });
    expect(texts(second)).toEqual(["Third LINE"]);
    expect(second.nextPageToken).toBeUndefined();
    const other = await list(bed, { ...request, filter: "severity=ERROR", pageToken: first.nextPageToken });
    expect(other.error).toMatchObject({
      status: "INVALID_ARGUMENT",
      message: expect.stringContaining("page_token doesn't match") as string,
    });
    const newest = await list(bed, { filter: "logName:plain", orderBy: "timestamp desc", pageSize: 1 });
    expect(texts(newest)).toEqual(["Third LINE"]);
    expect(await list(bed, { orderBy: "severity" })).toMatchObject({ status: 400 });
  });

  test("are the same entry once more where time and insert id are", async () => {
    const log = bed.logging.log("twice");
    const entry = log.entry({ insertId: "same", timestamp: new Date(), resource: { type: "global" } }, "once");
    await log.write(entry);
    await log.write([
      entry,
      log.entry({ insertId: "other", timestamp: entry.metadata.timestamp!, resource: { type: "global" } }, "twice"),
    ]);
    const [entries] = await log.getEntries({ filter: since, orderBy: "timestamp asc" });
    expect(entries.map(({ data }) => data as unknown)).toEqual(["twice", "once"]);
    await log.delete();
    expect((await log.getEntries({ filter: since }))[0]).toEqual([]);
  });

  test("of a job tell streams apart, and are structured where the line is", async () => {
    const line = '{"severity":"warning","message":"structured","size":3,"logging.googleapis.com/labels":{"own":"label"}}';
    await bed.create(
      "prints",
      jobOf(`echo plain; echo '${line}'; echo '{"message":"alone","severity":"ERROR"}'; echo wrong >&2; exit 3`),
    );
    const execution = await bed.ended(await bed.run("prints"));
    const id = execution.name!.split("/").at(-1)!;
    const ask = async (filter: string) => {
      const [entries] = await bed.logging.getEntries({
        filter: `labels."run.googleapis.com/execution_name"=${id} ${since} ${filter}`,
        orderBy: "timestamp asc",
      });
      return entries.map(({ data, metadata }) => ({ data: data as unknown, metadata }));
    };
    const out = await ask('log_id("run.googleapis.com/stdout")');
    expect(out.map(({ data }) => data)).toEqual(["plain", { message: "structured", size: 3 }, "alone"]);
    expect(out.map(({ metadata }) => metadata.severity)).toEqual(["DEFAULT", "WARNING", "ERROR"]);
    expect(out[1]!.metadata).toMatchObject({
      resource: { type: "cloud_run_job", labels: { job_name: "prints", location: "europe-west3", project_id: project } },
      labels: { own: "label", "run.googleapis.com/task_index": "0", "run.googleapis.com/task_attempt": "0" },
    });
    expect((await ask('log_id("run.googleapis.com/stderr")')).map(({ data }) => data)).toEqual(["wrong"]);
    expect((await ask('log_id("run.googleapis.com/varlog/system")')).map(({ data }) => data)).toEqual([
      "Container called exit(3).",
    ]);
  });

  test("of the audit log tell how an execution ended, with all of it in the API's first version", async () => {
    await bed.create("audited", jobOf("exit 7", {}, { labels: { own: "label" } }));
    const execution = await bed.ended(await bed.run("audited"));
    const id = execution.name!.split("/").at(-1)!;
    const filter = `log_id("cloudaudit.googleapis.com/system_event") labels."run.googleapis.com/execution_name"=${id}`;
    const { entries = [] } = await until(
      () => list(bed, { filter }),
      (listed) => listed.entries !== undefined,
    );
    expect(entries).toMatchObject([
      {
        severity: "ERROR",
        resource: { type: "cloud_run_job", labels: { job_name: "audited" } },
        protoPayload: {
          "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
          methodName: "/Jobs.RunJob",
          resourceName: `namespaces/${project}/executions/${id}`,
          status: { code: 10, message: `Execution ${id} has failed to complete, 0/1 tasks were a success.` },
          response: {
            kind: "Execution",
            metadata: { name: id, labels: { own: "label", "run.googleapis.com/job": "audited" } },
            spec: { taskCount: 1, template: { spec: { timeoutSeconds: "600" } } },
            status: { failedCount: 1 },
          },
        },
      },
    ]);
    const [{ protoPayload }] = entries as unknown as [{ protoPayload: { response: { status: { conditions: object[] } } } }];
    expect(protoPayload.response.status.conditions[0]).toMatchObject({
      type: "Completed",
      status: "False",
      reason: "NonZeroExitCode",
    });
    // Over gRPC, too.
    const [same] = await bed.logging.getEntries({ filter: `${filter} ${since}` });
    expect(same).toHaveLength(1);
  });

  test("arrive as they are received at whoever tails", async () => {
    const stream = bed.logging.tailEntries({
      resourceNames: [`projects/${project}`],
      filter: "resource.type=cloud_run_job resource.labels.job_name=tailed -logName:cloudaudit",
    });
    const told: string[] = [];
    stream.on("data", ({ entries }: { entries: readonly { data: unknown }[] }) =>
      told.push(...entries.map(({ data }) => String(data))),
    );
    stream.on("error", () => {});
    await bed.create("tailed", jobOf("for n in 1 2 3; do echo line $n; sleep 0.1; done"));
    await bed.ended(await bed.run("tailed"));
    await until(
      async () => told,
      (lines) => lines.length >= 4,
    );
    expect(told).toEqual(["line 1", "line 2", "line 3", "Container called exit(0)."]);
    stream.end();
    stream.destroy();
  });
});

describe("switches", () => {
  test("60 lists a minute for each project, then 429 without a hint when to come back", async () => {
    await using bed = await CloudRunBed.start("grpc", { quotas: true });
    // Not across the end of a minute.
    await bed.emulator.clock.advance(60_000 - (bed.emulator.clock.now() % 60_000));
    const statuses: number[] = [];
    for (let count = 0; count < 61; count++) statuses.push((await list(bed, {})).status);
    expect(statuses).toEqual([...Array.from({ length: 60 }, () => 200), 429]);
    const refused = await list(bed, {});
    expect(refused.error).toMatchObject({ code: 429, status: "RESOURCE_EXHAUSTED" });
    expect(refused.headers.get("retry-after")).toBeNull();
    await expect(bed.logging.getEntries({ filter: since, gaxOptions: { maxRetries: 0, timeout: 1000 } })).rejects.toEqual(
      coded(exhausted),
    );
    expect((await list(bed, { resourceNames: ["projects/other"] })).status).toBe(200);
    await bed.emulator.clock.advance(60_000);
    expect((await list(bed, {})).status).toBe(200);
  });

  test("late and out-of-order entries, empty pages with a token, and entries that a tail suppresses", async () => {
    await using bed = await CloudRunBed.start("grpc");
    const { faults, clock } = bed.emulator;
    const log = bed.logging.log("late");
    const write = (text: string) => log.write(log.entry({ resource: { type: "global" } }, text));
    faults.add({ operation: "logging:WriteLogEntries", fault: { kind: "logging:late", ms: 3_600_000 }, times: 1 });
    await write("late");
    await write("in time");
    expect(texts(await list(bed, {}))).toEqual(["in time"]);
    await clock.advance(3_600_000);
    expect(texts(await list(bed, {}))).toEqual(["late", "in time"]);
    faults.add({ operation: "logging:ListLogEntries", fault: { kind: "logging:empty-page" }, times: 1 });
    const empty = await list(bed, {});
    expect(texts(empty)).toEqual([]);
    expect(texts(await list(bed, { pageToken: empty.nextPageToken }))).toEqual(["late", "in time"]);

    faults.add({ operation: "logging:tail", fault: { kind: "logging:suppress" }, times: 2 });
    const stream = bed.logging.tailEntries({ resourceNames: [`projects/${project}`], bufferWindow: 0 });
    const answers: { entries: readonly unknown[]; suppressionInfo: readonly object[] }[] = [];
    stream.on("data", (answer: (typeof answers)[number]) => answers.push(answer));
    stream.on("error", () => {});
    await until(
      async () => {
        await write("tailed");
        return answers;
      },
      () => answers.some(({ entries }) => entries.length > 0),
    );
    const counts = answers.flatMap(({ suppressionInfo }) => suppressionInfo as { reason: string; suppressedCount: number }[]);
    expect(counts.reduce((sum, { suppressedCount }) => sum + suppressedCount, 0)).toBe(2);
    expect(counts[0]!.reason).toBe("RATE_LIMIT");
    stream.destroy();
  });

  test("entries that take a while until they are seen", async () => {
    await using bed = await CloudRunBed.start("rest", { delays: { ingest: 3_600_000 } });
    await bed.create("job", jobOf("echo up"));
    await bed.ended(await bed.run("job"));
    expect(texts(await list(bed, {}))).toEqual([]);
    await bed.emulator.clock.advance(3_600_000);
    const filter = "-logName:cloudaudit";
    expect(texts(await list(bed, { filter }))).toEqual(["up", "Container called exit(0)."]);
  });

  test("an entry without a log or a resource is refused, and all with it", async () => {
    await using bed = await CloudRunBed.start("rest");
    const write = async (body: object) =>
      (
        await fetch(`${bed.emulator.url}/v2/entries:write`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        })
      ).status;
    const resource = { type: "global" };
    expect(
      await write({ logName, resource, entries: [{ textPayload: "good" }, { textPayload: "bad", logName: "nonsense" }] }),
    ).toBe(400);
    expect(texts(await list(bed, {}))).toEqual([]);
    expect(
      await write({
        logName,
        resource,
        partialSuccess: true,
        entries: [{ textPayload: "good" }, { textPayload: "bad", logName: "nonsense" }],
      }),
    ).toBe(400);
    expect(texts(await list(bed, {}))).toEqual(["good"]);
    expect(await write({ logName, entries: [{ textPayload: "no resource" }] })).toBe(400);
    expect(await write({ logName, resource, entries: [{ textPayload: "x", timestamp: "2999-01-01T00:00:00Z" }] })).toBe(400);
    expect(await write({ logName, resource, dryRun: true, entries: [{ textPayload: "dry" }] })).toBe(200);
    expect(await write({ logName, resource, entries: [{ textPayload: "old", timestamp: "2001-01-01T00:00:00Z" }] })).toBe(200);
    expect(texts(await list(bed, {}))).toEqual(["good"]);
    const [logs] = await bed.logging.getLogs();
    expect(logs.map(({ name }) => name)).toEqual(["plain"]);
  });
});
