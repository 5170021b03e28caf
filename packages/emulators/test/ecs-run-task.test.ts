import {
  CreateClusterCommand,
  DescribeClustersCommand,
  DescribeTasksCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
  type ListTasksCommandInput,
  PutClusterCapacityProvidersCommand,
  StartTaskCommand,
  StopTaskCommand,
  TagResourceCommand,
  type Task,
  UntagResourceCommand,
} from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EcsBed, named, networkConfiguration } from "./ecs-kit.ts";

const hourMs = 3_600_000;
let bed: EcsBed;
let quick: string;
let long: string;
beforeAll(async () => {
  bed = await EcsBed.start();
  quick = await bed.register("true", {}, { family: "quick", tags: [{ key: "from", value: "definition" }] });
  long = await bed.register("sleep 300", {}, { family: "long" });
});
afterAll(() => bed[Symbol.asyncDispose]());

const arnsOf = (tasks: readonly Task[] = []) => tasks.map(({ taskArn }) => taskArn!);
const list = async (input: ListTasksCommandInput) => (await bed.ecs.send(new ListTasksCommand(input))).taskArns!;

test("the same token twice runs once; another request with it is a conflict that names what ran", async () => {
  const once = await bed.run(quick, { clientToken: "run-1", count: 2 });
  const again = await bed.run(quick, { clientToken: "run-1", count: 2 });
  expect(arnsOf(again.tasks)).toEqual(arnsOf(once.tasks));
  const conflict = bed.run(quick, { clientToken: "run-1", count: 1 });
  await expect(conflict).rejects.toMatchObject({ name: "ConflictException", resourceIds: arnsOf(once.tasks) });
  const both = await Promise.all([bed.run(quick, { clientToken: "run-2" }), bed.run(quick, { clientToken: "run-2" })]);
  expect(arnsOf(both[0].tasks)).toEqual(arnsOf(both[1].tasks));
});

test("a token is of one cluster, and lives an hour longer than what it ran, a day at most", async () => {
  await bed.ecs.send(new CreateClusterCommand({ clusterName: "other" }));
  const short = await bed.run(quick, { clientToken: "life" });
  const elsewhere = await bed.run(quick, { clientToken: "life", cluster: "other" });
  expect(arnsOf(elsewhere.tasks)).not.toEqual(arnsOf(short.tasks));
  const endless = await bed.run(long, { clientToken: "endless" });
  await bed.ended(short.tasks![0]!.taskArn!);
  await bed.emulator.clock.advance(hourMs - 60_000);
  expect(arnsOf((await bed.run(quick, { clientToken: "life" })).tasks)).toEqual(arnsOf(short.tasks));
  await bed.emulator.clock.advance(120_000);
  expect(arnsOf((await bed.run(quick, { clientToken: "life" })).tasks)).not.toEqual(arnsOf(short.tasks));
  expect(arnsOf((await bed.run(long, { clientToken: "endless" })).tasks)).toEqual(arnsOf(endless.tasks));
  await bed.emulator.clock.advance(24 * hourMs);
  expect(arnsOf((await bed.run(long, { clientToken: "endless" })).tasks)).not.toEqual(arnsOf(endless.tasks));
});

test("a stopped task is forgotten after an hour", async () => {
  const task = await bed.task(quick);
  await bed.ended(task);
  await bed.emulator.clock.advance(hourMs - 60_000);
  expect((await bed.describe(task)).lastStatus).toBe("STOPPED");
  await bed.emulator.clock.advance(120_000);
  const { tasks, failures } = await bed.ecs.send(new DescribeTasksCommand({ tasks: [task] }));
  expect({ tasks, failures }).toEqual({ tasks: [], failures: [{ arn: task, reason: "MISSING" }] });
});

test("tags come with the task, are told only when asked for, and are gone when it is stopped", async () => {
  const task = await bed.task(long, { tags: [{ key: "own", value: "1" }], enableECSManagedTags: true });
  const { tasks } = await bed.ecs.send(new DescribeTasksCommand({ tasks: [task] }));
  expect(tasks?.[0]?.tags).toEqual([]);
  await bed.ecs.send(new TagResourceCommand({ resourceArn: task, tags: [{ key: "more", value: "2" }] }));
  await bed.ecs.send(new UntagResourceCommand({ resourceArn: task, tagKeys: ["own"] }));
  const { tags } = await bed.ecs.send(new ListTagsForResourceCommand({ resourceArn: task }));
  expect(tags).toEqual([
    { key: "aws:ecs:clusterName", value: "default" },
    { key: "more", value: "2" },
  ]);
  const { task: stopping } = await bed.ecs.send(new StopTaskCommand({ task }));
  expect(stopping?.tags).toEqual([]);
  const propagated = await bed.task(quick, { propagateTags: "TASK_DEFINITION" });
  expect((await bed.describe(propagated)).tags).toEqual([{ key: "from", value: "definition" }]);
});

test("lists what runs; what has stopped only by its status; what somebody started by nothing else", async () => {
  const running = await bed.task(long, { startedBy: "me", group: "mine" });
  const stopped = await bed.task(quick, { startedBy: "me" });
  await bed.ended(stopped);
  expect(await list({ startedBy: "me" })).toEqual([running]);
  expect(await list({ family: "long" })).toContain(running);
  expect(await list({ family: "quick" })).not.toContain(stopped);
  expect(await list({ desiredStatus: "STOPPED", family: "quick" })).toContain(stopped);
  expect(await list({ desiredStatus: "PENDING" })).toEqual([]);
  for (const more of [{ desiredStatus: "STOPPED" as const }, { family: "long" }, { launchType: "FARGATE" as const }])
    await expect(list({ startedBy: "me", ...more })).rejects.toEqual(named("InvalidParameterException", /startedBy/));
  await expect(list({ serviceName: "none" })).rejects.toEqual(named("ServiceNotFoundException"));
  expect(await bed.describe(running)).toMatchObject({ startedBy: "me", group: "mine" });
  expect(await bed.describe(stopped)).toMatchObject({ group: "family:quick" });
});

test("a token of another list is refused", async () => {
  await bed.run(long, { count: 2 });
  const { nextToken } = await bed.ecs.send(new ListTasksCommand({ family: "long", maxResults: 1 }));
  await expect(list({ family: "quick", nextToken })).rejects.toEqual(named("InvalidParameterException", /token/i));
  await expect(list({ nextToken: "nonsense" })).rejects.toEqual(named("InvalidParameterException", /token/i));
});

test("has the documented limits", async () => {
  const invalid = (message?: RegExp) => named("InvalidParameterException", message);
  await expect(bed.run(quick, { count: 11 })).rejects.toEqual(invalid(/count/));
  const environment = [{ name: "LONG", value: "x".repeat(8200) }];
  await expect(bed.run(quick, { overrides: { containerOverrides: [{ name: "main", environment }] } })).rejects.toEqual(
    invalid(/8192/),
  );
  await expect(bed.run(quick, { overrides: { containerOverrides: [{ name: "nobody" }] } })).rejects.toEqual(invalid(/nobody/));
  await expect(bed.run(quick, { startedBy: "x".repeat(129) })).rejects.toEqual(invalid(/startedBy/));
  await expect(bed.run(quick, { clientToken: "with space" })).rejects.toEqual(invalid(/clientToken/));
  const many = Array.from({ length: 101 }, () => "0123456789abcdef0123456789abcdef");
  await expect(bed.ecs.send(new DescribeTasksCommand({ tasks: many }))).rejects.toEqual(invalid(/100/));
  await expect(list({ maxResults: 101 })).rejects.toEqual(invalid(/100/));
  const tags = Array.from({ length: 51 }, (_, index) => ({ key: `k${index}`, value: "" }));
  await expect(bed.run(quick, { tags })).rejects.toEqual(invalid(/tags/));
});

test("what cannot be placed is refused, as is what cannot be found", async () => {
  await expect(bed.run(quick, { launchType: "EC2" })).rejects.toEqual(
    named("InvalidParameterException", /No Container Instances/),
  );
  await expect(bed.run(quick, { networkConfiguration: undefined })).rejects.toEqual(
    named("InvalidParameterException", /Network Configuration must be provided/),
  );
  const spot = { launchType: undefined, capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }] };
  await expect(bed.run(quick, { ...spot, launchType: "FARGATE" })).rejects.toEqual(named("InvalidParameterException"));
  await expect(bed.run("nothing")).rejects.toEqual(named("ClientException", /TaskDefinition not found/));
  await expect(bed.run(quick, { cluster: "nowhere" })).rejects.toEqual(named("ClusterNotFoundException"));
  await bed.ecs.send(new CreateClusterCommand({ clusterName: "bare" }));
  await expect(bed.run(quick, { ...spot, cluster: "bare" })).rejects.toEqual(
    named("InvalidParameterException", /not associated/),
  );
  const strategy = [
    { capacityProvider: "FARGATE", base: 1 },
    { capacityProvider: "FARGATE_SPOT", weight: 1 },
  ];
  const associated = {
    cluster: "bare",
    capacityProviders: ["FARGATE", "FARGATE_SPOT"],
    defaultCapacityProviderStrategy: strategy,
  };
  await bed.ecs.send(new PutClusterCapacityProvidersCommand(associated));
  const { tasks } = await bed.run(quick, { cluster: "bare", launchType: undefined, count: 3 });
  expect(tasks?.map(({ capacityProviderName }) => capacityProviderName)).toEqual(["FARGATE", "FARGATE_SPOT", "FARGATE_SPOT"]);
});

test("of a network and roles everything of the right form is there, unless it is said what is", async () => {
  const on = (subnet: string, group = "sg-01234567") => ({ awsvpcConfiguration: { subnets: [subnet], securityGroups: [group] } });
  const invalid = named("InvalidParameterException", /does not exist/);
  await expect(bed.run(quick, { networkConfiguration: on("subnet-xyz") })).rejects.toEqual(invalid);
  await expect(bed.run(quick, { networkConfiguration: on("subnet-01234567", "default") })).rejects.toEqual(invalid);
  await using strict = await EcsBed.start({ subnets: ["subnet-01234567"], securityGroups: ["sg-01234567"], roles: ["ecs"] });
  const definition = await strict.register("true");
  await strict.task(definition, { networkConfiguration: on("subnet-01234567") });
  await expect(strict.run(definition, { networkConfiguration: on("subnet-76543210") })).rejects.toEqual(invalid);
  await expect(strict.run(definition, { networkConfiguration: on("subnet-01234567", "sg-76543210") })).rejects.toEqual(invalid);
  const other = await strict.register("true", {}, { taskRoleArn: "arn:aws:iam::123456789012:role/other" });
  const refused = strict.run(other, { networkConfiguration: on("subnet-01234567") });
  await expect(refused).rejects.toEqual(named("ClientException", /unable to assume the role .*other/));
});

test("instances of one's own are not there, and that is a failure with status 200", async () => {
  const input = { taskDefinition: quick, containerInstances: ["i1"], networkConfiguration };
  const { tasks, failures } = await bed.ecs.send(new StartTaskCommand(input));
  expect({ tasks, reasons: failures?.map(({ reason }) => reason) }).toEqual({ tasks: [], reasons: ["MISSING"] });
});

test("ARNs are as documented, and accounts and regions see nothing of each other", async () => {
  const task = await bed.task(quick);
  expect(task).toMatch(/^arn:aws:ecs:eu-west-3:123456789012:task\/default\/[0-9a-f]{32}$/);
  expect(quick).toMatch(/^arn:aws:ecs:eu-west-3:123456789012:task-definition\/quick:\d+$/);
  const { containers, attachments } = await bed.ended(task);
  expect(containers?.[0]?.containerArn).toMatch(
    /^arn:aws:ecs:eu-west-3:123456789012:container\/default\/[0-9a-f]{32}\/[0-9a-f-]{36}$/,
  );
  expect(attachments?.[0]?.details).toContainEqual({
    name: "networkInterfaceId",
    value: expect.stringMatching(/^eni-[0-9a-f]{17}$/),
  });
  const { clusters } = await bed.ecs.send(new DescribeClustersCommand({ clusters: ["default", "none"] }));
  expect(clusters?.map(({ clusterArn }) => clusterArn)).toEqual(["arn:aws:ecs:eu-west-3:123456789012:cluster/default"]);
});

test("stopping what has stopped changes nothing", async () => {
  const task = await bed.task(quick);
  const before = await bed.ended(task);
  await bed.ecs.send(new StopTaskCommand({ task, reason: "late" }));
  expect(await bed.describe(task)).toEqual(before);
  await expect(bed.ecs.send(new StopTaskCommand({ task: "0123456789abcdef0123456789abcdef" }))).rejects.toEqual(
    named("InvalidParameterException"),
  );
});

test("every answer conforms to the model", async () => {
  expect(await bed.nonconforming()).toEqual([]);
});
