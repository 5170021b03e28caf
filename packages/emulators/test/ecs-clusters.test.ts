import { DescribeNetworkInterfacesCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  CreateTaskSetCommand,
  DeleteAccountSettingCommand,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DescribeCapacityProvidersCommand,
  DescribeClustersCommand,
  DescribeContainerInstancesCommand,
  ExecuteCommandCommand,
  ListAccountSettingsCommand,
  ListContainerInstancesCommand,
  ListTagsForResourceCommand,
  paginateListAccountSettings,
  paginateListClusters,
  PutAccountSettingCommand,
  PutAccountSettingDefaultCommand,
  StopTaskCommand,
  TagResourceCommand,
  UpdateClusterCommand,
} from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EcsBed, named, networkConfiguration, role } from "./ecs-kit.ts";

let bed: EcsBed;
let long: string;
beforeAll(async () => {
  bed = await EcsBed.start();
  long = await bed.register("sleep 300", {}, { family: "long", taskRoleArn: role });
});
afterAll(() => bed[Symbol.asyncDispose]());

test("clusters are created once, described, listed by pages, changed and deleted", async () => {
  const capacityProviders = ["FARGATE", "FARGATE_SPOT"];
  const { cluster } = await bed.ecs.send(
    new CreateClusterCommand({ clusterName: "c1", capacityProviders, tags: [{ key: "a", value: "b" }] }),
  );
  expect(cluster).toMatchObject({ status: "ACTIVE", capacityProviders, runningTasksCount: 0, tags: [{ key: "a", value: "b" }] });
  const again = await bed.ecs.send(new CreateClusterCommand({ clusterName: "c1" }));
  expect(again.cluster?.capacityProviders).toEqual(capacityProviders);
  const settings = [{ name: "containerInsights" as const, value: "enabled" }];
  await bed.ecs.send(new UpdateClusterCommand({ cluster: "c1", settings }));
  const { clusters, failures } = await bed.ecs.send(
    new DescribeClustersCommand({ clusters: ["c1", "c2"], include: ["SETTINGS"] }),
  );
  expect(clusters).toMatchObject([{ settings, tags: [] }]);
  expect(failures).toMatchObject([{ reason: "MISSING" }]);
  const pages: string[][] = [];
  for await (const { clusterArns } of paginateListClusters({ client: bed.ecs, pageSize: 1 }, {})) pages.push(clusterArns!);
  expect(pages.map(([arn]) => arn?.split("/")[1])).toEqual(["c1", "default"]);
  const deleted = await bed.ecs.send(new DeleteClusterCommand({ cluster: "c1" }));
  expect(deleted.cluster?.status).toBe("INACTIVE");
  await expect(bed.run(long, { cluster: "c1" })).rejects.toEqual(named("ClusterNotFoundException"));
});

test("a cluster with tasks or services is not deleted", async () => {
  await bed.ecs.send(new CreateClusterCommand({ clusterName: "busy" }));
  const remove = () => bed.ecs.send(new DeleteClusterCommand({ cluster: "busy" }));
  const { tasks } = await bed.run(long, { cluster: "busy" });
  await expect(remove()).rejects.toEqual(named("ClusterContainsTasksException"));
  const service = { cluster: "busy", serviceName: "s", taskDefinition: long, desiredCount: 0, launchType: "FARGATE" as const };
  await bed.ecs.send(new CreateServiceCommand({ ...service, networkConfiguration }));
  await expect(remove()).rejects.toEqual(named("ClusterContainsServicesException"));
  await bed.ecs.send(new DeleteServiceCommand({ cluster: "busy", service: "s" }));
  await bed.ecs.send(new StopTaskCommand({ cluster: "busy", task: tasks![0]!.taskArn }));
  for (let gone = false; !gone;)
    gone = await remove().then(
      () => true,
      () => false,
    );
});

test("Fargate is there, instances of one's own are not", async () => {
  const { capacityProviders, failures } = await bed.ecs.send(new DescribeCapacityProvidersCommand({}));
  expect([capacityProviders?.map(({ name }) => name), failures]).toEqual([["FARGATE", "FARGATE_SPOT"], []]);
  expect((await bed.ecs.send(new ListContainerInstancesCommand({}))).containerInstanceArns).toEqual([]);
  const described = await bed.ecs.send(new DescribeContainerInstancesCommand({ containerInstances: ["i"] }));
  expect(described.failures).toMatchObject([{ arn: "i", reason: "MISSING" }]);
});

test("the interface of a task is known to EC2 while it runs, with a public address where one was asked for", async () => {
  const ec2 = new EC2Client({
    endpoint: bed.emulator.url,
    region: "eu-west-3",
    credentials: { accessKeyId: "k", secretAccessKey: "s" },
  });
  const awsvpcConfiguration = { ...networkConfiguration.awsvpcConfiguration, assignPublicIp: "ENABLED" as const };
  const task = await bed.task(long, { networkConfiguration: { awsvpcConfiguration } });
  expect((await bed.describe(task)).attachments?.[0]?.details?.map(({ name }) => name)).toEqual(["subnetId"]);
  const { attachments } = await bed.until(task, ({ lastStatus }) => lastStatus === "RUNNING");
  const eni = attachments![0]!.details!.find(({ name }) => name === "networkInterfaceId")!.value!;
  const find = () => ec2.send(new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [eni] }));
  const [found] = (await find()).NetworkInterfaces!;
  expect(found).toMatchObject({ PrivateIpAddress: "127.0.0.1", Association: { PublicIp: "127.0.0.1" } });
  await bed.ecs.send(new StopTaskCommand({ task }));
  await bed.ended(task);
  await expect(find()).rejects.toEqual(named("InvalidNetworkInterfaceID.NotFound"));
  ec2.destroy();
});

test("a command can be asked for where that was allowed, and the container runs", async () => {
  const execute = (task: string, more: object = {}) =>
    bed.ecs.send(new ExecuteCommandCommand({ task, command: "sh", interactive: true, ...more }));
  const task = await bed.task(long, { enableExecuteCommand: true });
  await expect(execute(task)).rejects.toEqual(named("TargetNotConnectedException"));
  const running = await bed.until(task, ({ lastStatus }) => lastStatus === "RUNNING");
  expect(running.containers?.[0]?.managedAgents).toMatchObject([{ name: "ExecuteCommandAgent", lastStatus: "RUNNING" }]);
  expect(await execute(task)).toMatchObject({
    containerName: "main",
    interactive: true,
    session: {
      sessionId: expect.stringContaining("ecs-execute-command-"),
      streamUrl: expect.stringContaining(bed.emulator.url.replace("http:", "ws:")),
      tokenValue: expect.any(String),
    },
  });
  await expect(execute(task, { interactive: false })).rejects.toEqual(named("InvalidParameterException", /Interactive/));
  await expect(execute(task, { container: "none" })).rejects.toEqual(named("InvalidParameterException", /container/));
  const other = await bed.task(long);
  await expect(execute(other)).rejects.toEqual(named("InvalidParameterException", /not enabled/));
  const without = await bed.register("sleep 300", {}, { family: "roleless" });
  await expect(bed.run(without, { enableExecuteCommand: true })).rejects.toEqual(
    named("InvalidParameterException", /taskRoleArn/),
  );
});

test("account settings are set for all or for one, told as they are or as they hold, and deleted", async () => {
  const list = async (input: object) =>
    (await bed.ecs.send(new ListAccountSettingsCommand({ name: "containerInsights", ...input }))).settings!;
  expect(await list({})).toEqual([]);
  expect(await list({ effectiveSettings: true })).toMatchObject([{ value: "disabled" }]);
  await bed.ecs.send(new PutAccountSettingDefaultCommand({ name: "containerInsights", value: "enabled" }));
  const principalArn = "arn:aws:iam::123456789012:user/ada";
  expect(await list({ effectiveSettings: true, principalArn })).toMatchObject([{ value: "enabled", principalArn }]);
  await bed.ecs.send(new PutAccountSettingCommand({ name: "containerInsights", value: "enhanced", principalArn }));
  expect(await list({ principalArn })).toMatchObject([{ value: "enhanced" }]);
  await bed.ecs.send(new DeleteAccountSettingCommand({ name: "containerInsights", principalArn }));
  expect(await list({ principalArn })).toEqual([]);
  const wrong = new PutAccountSettingCommand({ name: "taskLongArnFormat", value: "maybe" });
  await expect(bed.ecs.send(wrong)).rejects.toEqual(named("InvalidParameterException", /enabled, disabled/));
  let names = 0;
  for await (const { settings } of paginateListAccountSettings({ client: bed.ecs, pageSize: 3 }, { effectiveSettings: true }))
    names += settings!.length;
  expect(names).toBe(10);
});

test("tags are of clusters, services and task definitions too, and of nothing else", async () => {
  const resourceArn = long;
  await bed.ecs.send(new TagResourceCommand({ resourceArn, tags: [{ key: "k", value: "v" }] }));
  expect((await bed.ecs.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual([{ key: "k", value: "v" }]);
  const tag = (arn: string, key = "k") => bed.ecs.send(new TagResourceCommand({ resourceArn: arn, tags: [{ key }] }));
  await expect(tag("arn:aws:s3:::bucket")).rejects.toEqual(named("InvalidParameterException"));
  await expect(tag("arn:aws:ecs:eu-west-3:123456789012:cluster/none")).rejects.toEqual(named("ClusterNotFoundException"));
  await expect(tag(resourceArn, "aws:mine")).rejects.toEqual(named("InvalidParameterException", /aws:/));
});

test("a platform that does not exist is not run on", async () => {
  await expect(bed.run(long, { platformVersion: "9.9.9" })).rejects.toEqual(named("PlatformUnknownException"));
});

test("what is not served is said to be so", async () => {
  const set = new CreateTaskSetCommand({ cluster: "default", service: "s", taskDefinition: long });
  await expect(bed.ecs.send(set)).rejects.toEqual(named("UnknownOperationException", /CreateTaskSet/));
});

test("every answer conforms to the model", async () => {
  expect(await bed.nonconforming()).toEqual([]);
});
