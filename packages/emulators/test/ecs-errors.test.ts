import {
  CreateServiceCommand,
  DeleteClusterCommand,
  ECSServiceException,
  ExecuteCommandCommand,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  PutClusterCapacityProvidersCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  TagResourceCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { loadServiceModel } from "../src/aws/service-model.ts";
import { EcsBed } from "./ecs-kit.ts";

/** Between them they have every error that an operation which is served can answer with. */
const calls = {
  CreateService: (bed: EcsBed) => bed.ecs.send(new CreateServiceCommand({ serviceName: "s" })),
  DeleteCluster: (bed: EcsBed) => bed.ecs.send(new DeleteClusterCommand({ cluster: "c" })),
  ExecuteCommand: (bed: EcsBed) => bed.ecs.send(new ExecuteCommandCommand({ task: "t", command: "c", interactive: true })),
  ListServiceDeployments: (bed: EcsBed) => bed.ecs.send(new ListServiceDeploymentsCommand({ service: "s" })),
  ListTasks: (bed: EcsBed) => bed.ecs.send(new ListTasksCommand({})),
  PutClusterCapacityProviders: (bed: EcsBed) =>
    bed.ecs.send(
      new PutClusterCapacityProvidersCommand({ cluster: "c", capacityProviders: [], defaultCapacityProviderStrategy: [] }),
    ),
  RegisterTaskDefinition: (bed: EcsBed) =>
    bed.ecs.send(new RegisterTaskDefinitionCommand({ family: "f", containerDefinitions: [] })),
  RunTask: (bed: EcsBed) => bed.ecs.send(new RunTaskCommand({ taskDefinition: "f" })),
  TagResource: (bed: EcsBed) => bed.ecs.send(new TagResourceCommand({ resourceArn: "a", tags: [] })),
  UpdateService: (bed: EcsBed) => bed.ecs.send(new UpdateServiceCommand({ service: "s" })),
};

test.each(Object.entries(calls))("every error that the model has for %s reaches the SDK as itself", async (operation, call) => {
  await using bed = await EcsBed.start();
  const { operations, shapes } = await loadServiceModel("ecs");
  const codes = operations[operation]!.errors;
  expect(codes.length).toBeGreaterThan(2);
  for (const code of codes) {
    bed.emulator.faults.add({
      operation: `ecs:${operation}`,
      fault: { kind: "aws:error", code, message: `about ${code}` },
      times: 1,
    });
    const error: unknown = await call(bed).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ECSServiceException);
    const httpStatusCode = shapes[code]?.fault ? 500 : 400;
    expect(error).toMatchObject({ name: code, message: `about ${code}`, $metadata: { httpStatusCode } });
  }
  expect(await bed.nonconforming()).toEqual([]);
});

test("the calls above have every error of every operation that is served", async () => {
  await using bed = await EcsBed.start();
  const { operations } = await loadServiceModel("ecs");
  const served = await Promise.all(
    Object.keys(operations).map(async (name) => {
      const headers = {
        authorization: "AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-3/ecs/aws4_request, SignedHeaders=host, Signature=0",
        "x-amz-target": `AmazonEC2ContainerServiceV20141113.${name}`,
      };
      const answer = await fetch(bed.emulator.url, { method: "POST", headers, body: "{}" });
      const { __type } = (await answer.json()) as { __type?: string };
      return __type === "UnknownOperationException" ? [] : [name];
    }),
  );
  const errorsOf = (names: readonly string[]) => new Set(names.flatMap((name) => operations[name]!.errors));
  const all = errorsOf(served.flat());
  expect(served.flat().length).toBeGreaterThan(35);
  expect([...all].filter((code) => !errorsOf(Object.keys(calls)).has(code))).toEqual([]);
});
