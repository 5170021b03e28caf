import { GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateServiceCommand,
  DescribeTasksCommand,
  ECSClient,
  ListClustersCommand,
  ListTasksCommand,
  PutClusterCapacityProvidersCommand,
  StopTaskCommand,
  waitUntilTasksRunning,
} from "@aws-sdk/client-ecs";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { FaultRule } from "../src/fault.ts";
import { EcsBed, group, named, networkConfiguration, until, waiting } from "./ecs-kit.ts";

let bed: EcsBed;
beforeEach(async () => {
  bed = await EcsBed.start();
});
afterEach(() => bed[Symbol.asyncDispose]());

const rule = (operation: string, fault: FaultRule["fault"], more: Partial<FaultRule> = {}) =>
  bed.emulator.faults.add({ operation, fault, times: 1, ...more });
const clusters = () => bed.ecs.send(new ListClustersCommand({}));
/** What answers, with nothing in between that would understand it. */
const raw = (operation: string) => {
  const headers = {
    authorization: "AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-3/ecs/aws4_request, SignedHeaders=host, Signature=0",
    "x-amz-target": `AmazonEC2ContainerServiceV20141113.${operation}`,
  };
  return fetch(bed.emulator.url, { method: "POST", headers, body: "{}" });
};

test("throttle: a 400 with ThrottlingException, which the SDK tries again by itself", async () => {
  rule("ecs:ListClusters", { kind: "throttle" }, { times: 2 });
  const answer = await raw("ListClusters");
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ __type: "ThrottlingException", message: "Rate exceeded" });
  const patient = new ECSClient({
    endpoint: bed.emulator.url,
    region: "eu-west-3",
    credentials: { accessKeyId: "k", secretAccessKey: "s" },
  });
  expect((await patient.send(new ListClustersCommand({}))).clusterArns).toHaveLength(1);
  expect(bed.emulator.journal.counts["ecs:ListClusters"]).toBe(3);
});

test("lose-reply: the task runs, and whoever asked hears nothing; the same token finds it", async () => {
  const definition = await bed.register("sleep 300");
  rule("ecs:RunTask", { kind: "lose-reply" });
  await expect(bed.run(definition, { clientToken: "lost" })).rejects.toThrow(/socket|ECONNRESET/i);
  const { taskArns } = await bed.ecs.send(new ListTasksCommand({}));
  expect(taskArns).toHaveLength(1);
  const { tasks } = await bed.run(definition, { clientToken: "lost" });
  expect(tasks?.map(({ taskArn }) => taskArn)).toEqual(taskArns);
});

test("drop-request: nothing is done", async () => {
  const definition = await bed.register("sleep 300");
  rule("ecs:RunTask", { kind: "drop-request" });
  await expect(bed.run(definition)).rejects.toThrow(/socket|ECONNRESET/i);
  expect((await bed.ecs.send(new ListTasksCommand({}))).taskArns).toEqual([]);
});

test("status: a 503 of something in between, also as a page of HTML", async () => {
  rule("ecs:ListClusters", { kind: "status", status: 503 });
  await expect(clusters()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
  rule("ecs:ListClusters", { kind: "status", status: 502, html: true });
  const page = await raw("ListClusters");
  expect([page.status, page.headers.get("content-type")]).toEqual([502, "text/html"]);
  expect(await page.text()).toContain("<h1>502 Bad Gateway</h1>");
  rule("ecs:ListClusters", { kind: "status", status: 500, html: true });
  await expect(clusters()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
});

test("latency: the answer comes when the clock says so", async () => {
  rule("ecs:ListClusters", { kind: "latency", ms: 3_600_000 });
  let answered = false;
  const asked = clusters().finally(() => (answered = true));
  await bed.ecs.send(new ListTasksCommand({}));
  expect(answered).toBe(false);
  while (!answered) {
    await bed.emulator.clock.advance(600_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const [entry] = bed.emulator.journal.entries("ecs:ListClusters");
  expect(bed.emulator.clock.now() - entry!.at).toBeGreaterThanOrEqual(3_600_000);
  expect((await asked).clusterArns).toHaveLength(1);
});

test("aws:error: a modelled error, the service's own with 500", async () => {
  rule("ecs:ListClusters", { kind: "aws:error", code: "ServerException", message: "oops" });
  await expect(clusters()).rejects.toMatchObject({
    name: "ServerException",
    message: "oops",
    $fault: "server",
    $metadata: { httpStatusCode: 500 },
  });
  rule("ecs:ListClusters", { kind: "aws:error", code: "AccessDeniedException" });
  await expect(clusters()).rejects.toMatchObject({ name: "AccessDeniedException", $metadata: { httpStatusCode: 400 } });
});

test("ecs:missing-after-run: a task that is not known yet, which the SDK's waiter takes for a failure", async () => {
  const definition = await bed.register("sleep 300");
  rule("ecs:RunTask", { kind: "ecs:missing-after-run", ms: 60_000 });
  const task = await bed.task(definition);
  const { tasks, failures } = await bed.ecs.send(new DescribeTasksCommand({ tasks: [task] }));
  expect({ tasks, failures }).toEqual({ tasks: [], failures: [{ arn: task, reason: "MISSING" }] });
  expect((await bed.ecs.send(new ListTasksCommand({}))).taskArns).toEqual([]);
  await expect(waitUntilTasksRunning({ client: bed.ecs, ...waiting }, { tasks: [task] })).rejects.toThrow(/MISSING/);
  await bed.emulator.clock.advance(60_000);
  expect((await bed.until(task, ({ lastStatus }) => lastStatus === "RUNNING")).taskArn).toBe(task);
});

test("ecs:capacity: failures with status 200, of all tasks or of some", async () => {
  const definition = await bed.register("sleep 300");
  rule("ecs:RunTask", { kind: "ecs:capacity" });
  const none = await bed.run(definition, { count: 2 });
  expect(none.tasks).toEqual([]);
  expect(none.failures?.map(({ reason }) => reason)).toEqual([
    expect.stringContaining("Capacity is unavailable at this time"),
    expect.stringContaining("Capacity is unavailable at this time"),
  ]);
  rule("ecs:RunTask", { kind: "ecs:capacity", started: 1, reason: "RESOURCE:ENI" });
  const some = await bed.run(definition, { count: 3 });
  expect(some.tasks).toHaveLength(1);
  expect(some.failures).toEqual([{ reason: "RESOURCE:ENI" }, { reason: "RESOURCE:ENI" }]);
});

test("ecs:started-though-failed: the answer says no, and the task runs", async () => {
  const definition = await bed.register("sleep 300");
  rule("ecs:RunTask", { kind: "ecs:started-though-failed" });
  const { tasks, failures } = await bed.run(definition, { clientToken: "ghost", startedBy: "ghost" });
  expect([tasks?.length, failures?.length]).toEqual([0, 1]);
  const { taskArns } = await bed.ecs.send(new ListTasksCommand({ startedBy: "ghost" }));
  expect(taskArns).toHaveLength(1);
  const again = await bed.run(definition, { clientToken: "ghost", startedBy: "ghost" });
  expect(again.tasks?.map(({ taskArn }) => taskArn)).toEqual(taskArns);
});

test("ecs:pull-failure: the task never runs, and has no exit code", async () => {
  rule("ecs:RunTask", { kind: "ecs:pull-failure", reason: "toomanyrequests: you have reached your pull rate limit" });
  const { stopCode, containers, stoppedReason } = await bed.ended(await bed.task(await bed.register("true")));
  expect(stopCode).toBe("TaskFailedToStart");
  expect(stoppedReason).toMatch(/^CannotPullContainerError: .*pull rate limit$/);
  expect(containers?.[0]).toMatchObject({ reason: stoppedReason });
  expect(containers?.[0]).not.toHaveProperty("exitCode");
});

test("ecs:slow-start: it is provisioned for as long as is said", async () => {
  rule("ecs:RunTask", { kind: "ecs:slow-start", ms: 600_000 });
  const task = await bed.task(await bed.register("true"));
  await bed.emulator.clock.advance(590_000);
  expect((await bed.describe(task)).lastStatus).toBe("PROVISIONING");
  await bed.emulator.clock.advance(20_000);
  await bed.ended(task);
});

test("ecs:spot-interruption: a signal as notice, and the rest of its stop timeout", async () => {
  await bed.ecs.send(
    new PutClusterCapacityProvidersCommand({
      cluster: "default",
      capacityProviders: ["FARGATE_SPOT"],
      defaultCapacityProviderStrategy: [],
    }),
  );
  const definition = await bed.register("trap 'echo notice; exit 9' TERM; echo up; while :; do sleep 0.1; done");
  rule("ecs:RunTask", { kind: "ecs:spot-interruption", afterMs: 3_600_000 });
  const task = await bed.task(definition, {
    launchType: undefined,
    capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
  });
  await bed.until(task, ({ lastStatus }) => lastStatus === "RUNNING");
  await until<string[]>(
    () => bed.lines(task).catch(() => []),
    (lines) => lines.includes("up"),
  );
  await bed.emulator.clock.advance(3_600_000);
  expect(await bed.ended(task)).toMatchObject({
    capacityProviderName: "FARGATE_SPOT",
    stopCode: "SpotInterruption",
    stoppedReason: "Your Spot Task was interrupted.",
    containers: [{ exitCode: 9 }],
  });
  expect(await bed.lines(task)).toEqual(["up", "notice"]);
});

test("logs:late: lines that are seen only after the task has stopped", async () => {
  rule("logs:append", { kind: "logs:late", ms: 120_000 }, { times: 100 });
  const task = await bed.task(await bed.register("echo late"));
  await bed.ended(task);
  expect(await bed.lines(task)).toEqual([]);
  await bed.emulator.clock.advance(120_000);
  expect(await bed.lines(task)).toEqual(["late"]);
});

test("logs:empty-page: a page of nothing before the end", async () => {
  const task = await bed.task(await bed.register("echo one; echo two"));
  await bed.ended(task);
  rule("logs:GetLogEvents", { kind: "logs:empty-page" });
  const place = { logGroupName: group, logStreamName: `app/main/${task.split("/")[2]}`, startFromHead: true };
  const empty = await bed.logs.send(new GetLogEventsCommand(place));
  expect(empty.events).toEqual([]);
  const next = await bed.logs.send(new GetLogEventsCommand({ ...place, nextToken: empty.nextForwardToken }));
  expect(next.events?.map(({ message }) => message)).toEqual(["one", "two"]);
});

test("faults of what services launch", async () => {
  const definition = await bed.register("sleep 300");
  rule("ecs:ServiceLaunch", { kind: "ecs:capacity" });
  await bed.ecs.send(
    new CreateServiceCommand({
      serviceName: "web",
      taskDefinition: definition,
      desiredCount: 1,
      launchType: "FARGATE",
      networkConfiguration,
    }),
  );
  const full = await until(
    () => bed.service("web"),
    ({ events }) => events!.length > 0,
  );
  expect(full.events?.at(-1)?.message).toMatch(/unable to place a task.*Capacity is unavailable/);
  await until(
    () => bed.service("web"),
    ({ runningCount }) => runningCount === 1,
  );
});

test("quotas: the documented buckets, shared by the operations of a category, filled again by the clock", async () => {
  await using strict = await EcsBed.start({ quotas: true });
  const ask = () =>
    strict.ecs.send(new StopTaskCommand({ task: "0123456789abcdef0123456789abcdef" })).catch((error: Error) => error.name);
  const outcomes = await Promise.all(Array.from({ length: 100 }, ask));
  expect(new Set(outcomes)).toEqual(new Set(["InvalidParameterException"]));
  // The clock stands still only as long as nobody looks: a few tokens come back while the hundred are answered.
  const more = await Promise.all(Array.from({ length: 100 }, ask));
  expect(more).toContain("ThrottlingException");
  await strict.emulator.clock.advance(2500);
  expect(new Set(await Promise.all(Array.from({ length: 90 }, ask)))).toEqual(new Set(["InvalidParameterException"]));
});

test("the same seed has the same faults, another one others", async () => {
  const faults = [{ operation: "ecs:ListClusters", fault: { kind: "throttle" }, probability: 0.5 }] as const;
  const outcomesOf = async (seed: number): Promise<string> => {
    await using one = await EcsBed.start({ seed, faults });
    let told = "";
    for (let index = 0; index < 40; index++)
      told += await one.ecs.send(new ListClustersCommand({})).then(
        () => ".",
        () => "x",
      );
    return told;
  };
  const [first, again, other] = [await outcomesOf(7), await outcomesOf(7), await outcomesOf(8)];
  expect(first).toBe(again);
  expect(first).not.toBe(other);
  expect(first).toMatch(/x.*\..*x|\..*x.*\./);
});

test("what was answered conforms to the model, also with faults", async () => {
  for (const code of ["ServerException", "ClientException", "InvalidParameterException"])
    rule("ecs:ListClusters", { kind: "aws:error", code });
  for (let index = 0; index < 4; index++) await clusters().catch(() => {});
  expect(await bed.nonconforming()).toEqual([]);
  rule("ecs:ListClusters", { kind: "aws:error", code: "ServiceNotFoundException" });
  await expect(clusters()).rejects.toEqual(named("ServiceNotFoundException"));
  expect(await bed.nonconforming()).toEqual([expect.stringContaining("not among its errors")]);
});
