import { beforeAll, describe, expect, test } from "vitest";
import { checkShape } from "../src/aws/check-shape.ts";
import { loadServiceModel, type ModelName, type ServiceModel } from "../src/aws/service-model.ts";
import { errorProblems, outputProblems } from "../src/aws/validate-output.ts";

const names: readonly ModelName[] = ["ec2", "ecs", "iam", "logs", "secretsmanager", "ssm", "sts"];
let logs: ServiceModel;
let ecs: ServiceModel;
beforeAll(async () => {
  [logs, ecs] = await Promise.all([loadServiceModel("logs"), loadServiceModel("ecs")]);
});

test.each(names)("the extract of %s is whole, and describes nothing", async (name) => {
  const model = await loadServiceModel(name);
  const { operations, shapes } = model;
  const references = [
    ...Object.values(operations).flatMap(({ input, output, errors }) => [input, output, ...errors]),
    ...Object.values(shapes).flatMap(({ members = {}, member, key, value }) =>
      [...Object.values(members), member, key, value].map((reference) => reference?.shape),
    ),
  ].filter((reference) => reference !== undefined);
  expect(references.filter((reference) => !Object.hasOwn(shapes, reference))).toEqual([]);
  expect(Object.keys(shapes).filter((shape) => !references.includes(shape))).toEqual([]);
  expect(JSON.stringify(model)).not.toMatch(/"documentation"|<p>/);
  const required = Object.entries(shapes).flatMap(([shape, { required: listed = [], members = {} }]) =>
    listed.filter((member) => !Object.hasOwn(members, member)).map((member) => `${shape}.${member}`),
  );
  expect(required).toEqual([]);
});

test("every pattern of the models is one that this language reads as it is meant", async () => {
  for (const name of names) {
    const model = await loadServiceModel(name);
    for (const [shape, { pattern }] of Object.entries(model.shapes))
      if (pattern !== undefined) expect(() => checkShape(model, shape, "a"), `${name}: ${shape}`).not.toThrow();
  }
  const tag = (key: string) => checkShape(logs, "TagKey", key).problems;
  expect(tag("Größe_1.:/=+-@ é")).toEqual([]);
  expect(tag("a*")).toHaveLength(1);
});

describe("answers that are not as the model says are found", () => {
  test.each([
    ["DescribeLogGroups", { logGroups: [{ logGroupName: "a", creationTime: "now" }] }, "logGroups.1.member.creationTime: long"],
    ["DescribeLogGroups", { logGroups: [{ logGroupName: "a b" }] }, "regular expression"],
    ["DescribeLogGroups", { logGroups: [{ logGroupClass: "GOLD" }] }, "enum value set"],
    ["DescribeLogGroups", { groups: [] }, "groups: Member is not known"],
    ["GetLogEvents", { events: {} }, "events: list"],
    ["CreateLogGroup", { logGroupName: "a" }, "no output is modelled"],
    ["NoSuch", {}, "is no operation"],
  ])("%s %j", (operation, output, problem) => {
    expect(outputProblems(logs, operation, output)).toEqual([expect.stringContaining(problem)]);
  });

  test("and those that are, are not", () => {
    expect(outputProblems(logs, "CreateLogGroup", {})).toEqual([]);
    expect(outputProblems(ecs, "RunTask", { tasks: [{ createdAt: 1.5, cpu: "256", version: 1 }], failures: [] })).toEqual([]);
    expect(outputProblems(ecs, "RunTask", { tasks: [{ createdAt: "1", containers: [{ exitCode: 1.5 }] }] })).toHaveLength(2);
  });

  test("errors: only the operation's own, and what all services answer with", () => {
    const message = "no";
    expect(errorProblems(ecs, "RunTask", { code: "ClusterNotFoundException", message })).toEqual([]);
    expect(errorProblems(ecs, "RunTask", { code: "ThrottlingException", message })).toEqual([]);
    const fields = { resourceIds: ["a"] };
    expect(errorProblems(ecs, "RunTask", { code: "ConflictException", message, fields })).toEqual([]);
    expect(errorProblems(ecs, "RunTask", { code: "ConflictException", message, fields: { ids: [] } })).toHaveLength(1);
    expect(errorProblems(ecs, "RunTask", { code: "ServiceNotFoundException", message })).toEqual([
      expect.stringContaining("not among its errors"),
    ]);
  });
});
