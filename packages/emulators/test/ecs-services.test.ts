import { rm, writeFile } from "node:fs/promises";
import {
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteServiceCommand,
  DescribeServiceDeploymentsCommand,
  DescribeServiceRevisionsCommand,
  DescribeServicesCommand,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  paginateListServices,
  type Service,
  StopTaskCommand,
  UpdateServiceCommand,
  waitUntilServicesInactive,
  waitUntilServicesStable,
} from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EcsBed, named, networkConfiguration, until, waiting } from "./ecs-kit.ts";

let bed: EcsBed;
let one: string;
let two: string;
const loop = (word: string) => `trap 'exit 0' TERM; echo ${word}; while :; do sleep 0.1; done`;
beforeAll(async () => {
  bed = await EcsBed.start({ delays: { settle: 100, restart: 100 } });
  one = await bed.register(loop("one"), {}, { family: "web" });
  two = await bed.register(loop("two"), {}, { family: "web" });
});
afterAll(() => bed[Symbol.asyncDispose]());

const create = (serviceName: string, input: Partial<CreateServiceCommandInput> = {}) =>
  bed.ecs.send(
    new CreateServiceCommand({
      serviceName,
      taskDefinition: one,
      desiredCount: 2,
      launchType: "FARGATE",
      networkConfiguration,
      ...input,
    }),
  );
const stable = (service: string) => waitUntilServicesStable({ client: bed.ecs, ...waiting }, { services: [service] });
const tasksOf = async (serviceName: string) => (await bed.ecs.send(new ListTasksCommand({ serviceName }))).taskArns!;
const becomes = (name: string, holds: (service: Service) => boolean) => until(() => bed.service(name), holds);
const update = (service: string, input: object) => bed.ecs.send(new UpdateServiceCommand({ service, ...input }));

test("go up, keep as many tasks as they should have, and go down", async () => {
  const { service } = await create("updown", { tags: [{ key: "a", value: "b" }] });
  expect(service).toMatchObject({ status: "ACTIVE", desiredCount: 2, runningCount: 0, schedulingStrategy: "REPLICA" });
  expect(service?.serviceArn).toBe("arn:aws:ecs:eu-west-3:123456789012:service/default/updown");
  await stable("updown");
  const steady = await becomes("updown", ({ deployments }) => deployments?.[0]?.rolloutState === "COMPLETED");
  expect(steady).toMatchObject({
    runningCount: 2,
    pendingCount: 0,
    deployments: [{ status: "PRIMARY", runningCount: 2, desiredCount: 2 }],
  });
  expect(steady.events?.[0]?.message).toBe("(service updown) has reached a steady state.");
  const [first] = await tasksOf("updown");
  expect(await bed.describe(first!)).toMatchObject({ group: "service:updown", startedBy: steady.deployments?.[0]?.id });
  await bed.ecs.send(new StopTaskCommand({ task: first! }));
  await bed.ended(first!);
  await until(
    () => tasksOf("updown"),
    (tasks) => tasks.length === 2 && !tasks.includes(first!),
  );
  await update("updown", { desiredCount: 0 });
  await becomes("updown", ({ runningCount, pendingCount }) => runningCount === 0 && pendingCount === 0);
  await bed.ecs.send(new DeleteServiceCommand({ service: "updown" }));
  await waitUntilServicesInactive({ client: bed.ecs, ...waiting }, { services: ["updown"] });
  expect(await bed.service("updown")).toMatchObject({ status: "INACTIVE", deployments: [] });
});

test("are rolled over without ever fewer tasks than the minimum", async () => {
  await create("rolling", { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 150 } });
  await stable("rolling");
  await becomes("rolling", ({ deployments }) => deployments?.[0]?.rolloutState === "COMPLETED");
  const { service } = await update("rolling", { taskDefinition: two });
  expect(service?.deployments?.map(({ status, taskDefinition }) => [status, taskDefinition])).toEqual([
    ["PRIMARY", two],
    ["ACTIVE", one],
  ]);
  const seen: number[] = [];
  const over = await becomes("rolling", ({ runningCount, pendingCount, deployments }) => {
    seen.push(runningCount!);
    expect(runningCount! + pendingCount!).toBeLessThanOrEqual(3);
    return deployments?.length === 1 && deployments[0]?.rolloutState === "COMPLETED";
  });
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(2);
  expect(over).toMatchObject({ taskDefinition: two, runningCount: 2 });
  const [task] = await tasksOf("rolling");
  expect(await bed.lines(task!)).toEqual(["two"]);
  await bed.ecs.send(new DeleteServiceCommand({ service: "rolling", force: true }));
});

test("that cannot start are taken back by the circuit breaker", async () => {
  const deploymentConfiguration = { deploymentCircuitBreaker: { enable: true, rollback: true } };
  await create("breaking", { desiredCount: 1, deploymentConfiguration });
  await becomes("breaking", ({ deployments }) => deployments?.[0]?.rolloutState === "COMPLETED");
  const broken = await bed.register("exit 1", {}, { family: "broken" });
  await update("breaking", { taskDefinition: broken });
  const failed = await becomes("breaking", ({ deployments }) =>
    deployments!.some(({ rolloutState }) => rolloutState === "FAILED"),
  );
  const deployment = failed.deployments!.find(({ rolloutState }) => rolloutState === "FAILED")!;
  expect(deployment).toMatchObject({
    taskDefinition: broken,
    failedTasks: 3,
    rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.",
  });
  expect(failed.deployments?.[0]).toMatchObject({ status: "PRIMARY", taskDefinition: one });
  expect(failed.deployments?.[0]?.rolloutStateReason).toContain("rolling back");
  const back = await becomes(
    "breaking",
    ({ deployments }) => deployments?.length === 1 && deployments[0]?.rolloutState === "COMPLETED",
  );
  expect(back).toMatchObject({ taskDefinition: one, runningCount: 1 });
  const { serviceDeployments } = await bed.ecs.send(new ListServiceDeploymentsCommand({ service: "breaking" }));
  expect(serviceDeployments?.map(({ status }) => status)).toEqual(["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]);
  const serviceDeploymentArns = serviceDeployments!.map(({ serviceDeploymentArn }) => serviceDeploymentArn!);
  const whole = await bed.ecs.send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns }));
  const [failure, success] = whole.serviceDeployments!;
  expect(failure?.deploymentCircuitBreaker).toEqual({ status: "TRIGGERED", failureCount: 3, threshold: 3 });
  expect(failure?.rollback?.serviceRevisionArn).toBe(success?.targetServiceRevision?.arn);
  const serviceRevisionArns = [failure!.targetServiceRevision!.arn!];
  const revisions = await bed.ecs.send(new DescribeServiceRevisionsCommand({ serviceRevisionArns }));
  expect(revisions.serviceRevisions).toMatchObject([{ taskDefinition: broken }]);
  await bed.ecs.send(new DeleteServiceCommand({ service: "breaking", force: true }));
});

test("that cannot start stay failed where nothing is to be taken back, and launch no more", async () => {
  const broken = await bed.register("exit 1", {}, { family: "failing" });
  const deploymentConfiguration = { deploymentCircuitBreaker: { enable: true, rollback: false } };
  await create("failing", { desiredCount: 1, taskDefinition: broken, deploymentConfiguration });
  const failed = await becomes("failing", ({ deployments }) => deployments?.[0]?.rolloutState === "FAILED");
  expect(failed.deployments).toMatchObject([{ failedTasks: 3, desiredCount: 0 }]);
  const ever = async () => (await bed.ecs.send(new ListTasksCommand({ family: "failing", desiredStatus: "STOPPED" }))).taskArns!;
  for (let minute = 0; minute < 5; minute++) {
    await bed.emulator.clock.advance(60_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect([await tasksOf("failing"), (await ever()).length]).toEqual([[], 3]);
  await bed.ecs.send(new DeleteServiceCommand({ service: "failing", force: true }));
});

test("replace what is not healthy", async () => {
  const healthCheck = { command: ["CMD-SHELL", "test ! -e $FILE"], interval: 5, retries: 1 };
  const file = `/tmp/unhealthy-${process.pid}`;
  const sick = await bed.register(loop("up"), { healthCheck, environment: [{ name: "FILE", value: file }] }, { family: "sick" });
  await create("healthy", { taskDefinition: sick, desiredCount: 1 });
  await becomes("healthy", ({ runningCount }) => runningCount === 1);
  const [before] = await tasksOf("healthy");
  await writeFile(file, "");
  await bed.emulator.clock.advance(5000);
  const { stopCode, stoppedReason } = await bed.ended(before!);
  expect({ stopCode, stoppedReason }).toEqual({
    stopCode: "ServiceSchedulerInitiated",
    stoppedReason: "Task failed container health checks",
  });
  await rm(file);
  await until(
    () => tasksOf("healthy"),
    (tasks) => tasks.length === 1 && tasks[0] !== before,
  );
  await bed.ecs.send(new DeleteServiceCommand({ service: "healthy", force: true }));
});

test("are created once: the same again is the same, anything else by that name is refused", async () => {
  const { service } = await create("once", { desiredCount: 0 });
  expect((await create("once", { desiredCount: 0 })).service?.createdAt).toEqual(service?.createdAt);
  await expect(create("once", { desiredCount: 1 })).rejects.toEqual(named("InvalidParameterException", /not idempotent/));
  await bed.ecs.send(new DeleteServiceCommand({ service: "once" }));
  await becomes("once", ({ status }) => status === "INACTIVE");
  await expect(update("once", { desiredCount: 1 })).rejects.toEqual(named("ServiceNotActiveException"));
  expect((await create("once", { desiredCount: 0 })).service?.status).toBe("ACTIVE");
  await bed.ecs.send(new DeleteServiceCommand({ service: "once" }));
});

test("are refused what they cannot do", async () => {
  await expect(create("x", { clientToken: "x".repeat(37) })).rejects.toEqual(named("InvalidParameterException", /36/));
  await expect(create("x", { schedulingStrategy: "DAEMON" })).rejects.toEqual(named("InvalidParameterException", /DAEMON/));
  await expect(create("a b")).rejects.toEqual(named("InvalidParameterException", /serviceName/));
  await expect(update("nobody", {})).rejects.toEqual(named("ServiceNotFoundException"));
  await create("scaled", { desiredCount: 1 });
  await expect(bed.ecs.send(new DeleteServiceCommand({ service: "scaled" }))).rejects.toEqual(
    named("InvalidParameterException", /scaled above 0/),
  );
  await bed.ecs.send(new DeleteServiceCommand({ service: "scaled", force: true }));
  const { failures } = await bed.ecs.send(new DescribeServicesCommand({ services: ["nobody"] }));
  expect(failures).toMatchObject([{ reason: "MISSING" }]);
});

test("are listed by pages of ten", async () => {
  for (let index = 0; index < 12; index++) await create(`many-${index}`, { desiredCount: 0 });
  const pages: number[] = [];
  for await (const { serviceArns } of paginateListServices({ client: bed.ecs }, {})) pages.push(serviceArns!.length);
  expect(pages).toEqual([10, 2]);
});

test("every answer conforms to the model", async () => {
  expect(await bed.nonconforming()).toEqual([]);
});
