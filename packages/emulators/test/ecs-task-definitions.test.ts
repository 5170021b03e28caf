import {
  DeleteTaskDefinitionsCommand,
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  paginateListTaskDefinitionFamilies,
  paginateListTaskDefinitions,
  RegisterTaskDefinitionCommand,
  StopTaskCommand,
} from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { containerOf, EcsBed, named } from "./ecs-kit.ts";

let bed: EcsBed;
beforeAll(async () => {
  bed = await EcsBed.start();
});
afterAll(() => bed[Symbol.asyncDispose]());

const describe = (taskDefinition: string) =>
  bed.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition, include: ["TAGS"] }));
const deregister = (taskDefinition: string) => bed.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));

test("are registered with revisions, described by name, and given back as they were with what was left out", async () => {
  const tags = [{ key: "a", value: "b" }];
  const first = await bed.register(
    "true",
    { portMappings: [{ containerPort: 80 }] },
    { family: "one", cpu: ".25 vCPU", memory: "0.5 GB", tags },
  );
  const second = await bed.register("false", {}, { family: "one" });
  expect([first, second].map((arn) => arn.split("/")[1])).toEqual(["one:1", "one:2"]);
  expect((await describe("one")).taskDefinition?.revision).toBe(2);
  const { taskDefinition, tags: told } = await describe("one:1");
  expect(told).toEqual(tags);
  expect(taskDefinition).toMatchObject({
    cpu: "256",
    memory: "512",
    status: "ACTIVE",
    compatibilities: ["EC2", "FARGATE"],
    containerDefinitions: [
      { name: "main", essential: true, portMappings: [{ containerPort: 80, hostPort: 80, protocol: "tcp" }] },
    ],
  });
});

test("run no more once deregistered, and go once deleted, unless something runs them", async () => {
  const arn = await bed.register("sleep 300", {}, { family: "two" });
  const task = await bed.task(arn);
  const remove = (name: string) => bed.ecs.send(new DeleteTaskDefinitionsCommand({ taskDefinitions: [name] }));
  expect((await remove("two:1")).failures).toMatchObject([{ reason: expect.stringContaining("ACTIVE") }]);
  expect((await deregister("two:1")).taskDefinition).toMatchObject({ status: "INACTIVE", deregisteredAt: expect.any(Date) });
  await expect(bed.run("two:1")).rejects.toEqual(named("ClientException", /inactive/));
  await expect(describe("two")).rejects.toEqual(named("ClientException", /Unable to describe task definition/));
  expect((await remove("two:1")).taskDefinitions).toMatchObject([{ status: "DELETE_IN_PROGRESS" }]);
  expect((await describe("two:1")).taskDefinition?.status).toBe("DELETE_IN_PROGRESS");
  await bed.ecs.send(new StopTaskCommand({ task }));
  await bed.ended(task);
  await expect(describe("two:1")).rejects.toEqual(named("ClientException"));
  expect((await bed.register("true", {}, { family: "two" })).split("/")[1]).toBe("two:2");
});

test("are listed by pages, in either order, by status and by family", async () => {
  for (let index = 0; index < 3; index++) await bed.register("true", {}, { family: "three" });
  await deregister("three:2");
  const list = async (input: object): Promise<string[][]> => {
    const pages: string[][] = [];
    for await (const { taskDefinitionArns } of paginateListTaskDefinitions(
      { client: bed.ecs, pageSize: 1 },
      { familyPrefix: "three", ...input },
    ))
      pages.push(taskDefinitionArns!.map((arn) => arn.split("/")[1]!));
    return pages;
  };
  expect(await list({})).toEqual([["three:1"], ["three:3"]]);
  expect(await list({ sort: "DESC" })).toEqual([["three:3"], ["three:1"]]);
  expect(await list({ status: "INACTIVE" })).toEqual([["three:2"]]);
  await bed.register("true", {}, { family: "threefold" });
  await deregister("threefold:1");
  const families: string[] = [];
  for await (const page of paginateListTaskDefinitionFamilies(
    { client: bed.ecs, pageSize: 1 },
    { familyPrefix: "three", status: "INACTIVE" },
  ))
    families.push(...page.families!);
  expect(families).toEqual(["threefold"]);
});

test.each([
  ["without a size", { cpu: undefined }, /Fargate requires that 'cpu' be defined at the task level/],
  ["of a size that Fargate has not", { cpu: "256", memory: "4096" }, /No Fargate configuration exists for given values/],
  ["of another network mode", { networkMode: "bridge" as const }, /awsvpc/],
  ["without an essential container", { containerDefinitions: [{ ...containerOf("a", ""), essential: false }] }, /essential/],
  ["with a name twice", { containerDefinitions: [containerOf("a", ""), containerOf("a", "")] }, /unique/],
  ["without containers", { containerDefinitions: [] }, /empty/],
  ["without an image", { containerDefinitions: [{ ...containerOf("a", ""), image: undefined }] }, /image/],
  ["that is privileged", { containerDefinitions: [{ ...containerOf("a", ""), privileged: true }] }, /privileged/],
  ["that waits too long", { containerDefinitions: [{ ...containerOf("a", ""), stopTimeout: 300 }] }, /120/],
  ["without a role for its logs", { executionRoleArn: undefined }, /execution role ARN to support log driver awslogs/],
  [
    "with volumes",
    { containerDefinitions: [{ ...containerOf("a", ""), mountPoints: [{ sourceVolume: "v", containerPath: "/v" }] }] },
    /volumes/,
  ],
  ["with 20 GiB of storage", { ephemeralStorage: { sizeInGiB: 20 } }, /21 to 200/],
  [
    "that depends on itself in a circle",
    {
      containerDefinitions: [
        { ...containerOf("a", ""), dependsOn: [{ containerName: "b", condition: "START" as const }] },
        { ...containerOf("b", ""), dependsOn: [{ containerName: "a", condition: "START" as const }] },
      ],
    },
    /cycle/,
  ],
])("one %s is refused", async (_, definition, message) => {
  await expect(bed.register("true", {}, definition)).rejects.toEqual(named("ClientException", message));
});

test("are checked against the model", async () => {
  const wrong = new RegisterTaskDefinitionCommand({ family: "x", containerDefinitions: [], networkMode: "tunnel" as "host" });
  await expect(bed.ecs.send(wrong)).rejects.toEqual(named("InvalidParameterException", /networkMode/));
});

test("every answer conforms to the model", async () => {
  expect(await bed.nonconforming()).toEqual([]);
});
