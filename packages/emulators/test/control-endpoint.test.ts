import { ListClustersCommand } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EcsBed } from "./ecs-kit.ts";

let bed: EcsBed;
beforeAll(async () => {
  bed = await EcsBed.start({ region: "eu-west-3" });
});
afterAll(() => bed[Symbol.asyncDispose]());

async function control(method: string, path: string, body?: unknown, type = "application/json") {
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": type } };
  const answer = await fetch(`${bed.emulator.url}/_emulator/${path}`, { method, ...sent });
  return { status: answer.status, body: (await answer.json()) as never };
}

test("tells how it is, what was asked, and how often", async () => {
  await bed.ecs.send(new ListClustersCommand({}));
  expect(await control("GET", "health")).toMatchObject({ status: 200, body: { status: "ok", cloud: "ecs", engine: "process" } });
  expect(await control("GET", "calls")).toMatchObject({ body: { "ecs:ListClusters": 1, "logs:CreateLogGroup": 1 } });
  const { body } = await control("GET", "journal?operation=ecs:ListClusters&limit=1");
  expect(body).toMatchObject({
    entries: [{ service: "ecs", operation: "ListClusters", status: 200, output: { clusterArns: [expect.anything()] } }],
  });
});

test("takes faults, and takes them away", async () => {
  const fault = { operation: "ecs:ListClusters", fault: { kind: "throttle" } };
  expect(await control("POST", "faults", [fault])).toEqual({ status: 200, body: { seed: 1, rules: [fault] } });
  await expect(bed.ecs.send(new ListClustersCommand({}))).rejects.toMatchObject({ name: "ThrottlingException" });
  expect((await control("GET", "journal?limit=1")).body).toMatchObject({
    entries: [{ error: "ThrottlingException", faults: ["throttle"] }],
  });
  expect(await control("DELETE", "faults")).toMatchObject({ body: { rules: [] } });
  await bed.ecs.send(new ListClustersCommand({}));
});

test("sets the clock forward", async () => {
  const { body } = await control("GET", "health");
  const after = await control("POST", "clock/advance", { ms: 86_400_000 });
  expect((after.body as { now: number }).now - (body as { now: number }).now).toBeGreaterThanOrEqual(86_400_000);
});

test("seeds secrets that tasks find", async () => {
  expect(await control("POST", "secrets", { "/a/b": "value" })).toEqual({ status: 200, body: { seeded: ["/a/b"] } });
  const task = await bed.task(await bed.register("echo $S", { secrets: [{ name: "S", valueFrom: "/a/b" }] }));
  await bed.ended(task);
  expect(await bed.lines(task)).toEqual(["value"]);
});

test.each([
  ["GET", "nothing", undefined, 404, /POST faults/],
  ["POST", "faults", { operation: "*", fault: { kind: "x" } }, 400, /throttle/],
  ["POST", "clock/advance", { ms: -1 }, 400, /ms/],
  ["POST", "clock/advance", null, 400, /ms/],
  ["POST", "secrets", { a: 1 }, 400, /string/],
  ["POST", "secrets", { "arn:aws:s3:::bucket": "x" }, 400, /arn:aws:s3/],
  ["GET", "journal?limit=x", undefined, 400, /limit/],
])("refuses %s %s %j", async (method, path, body, status, message) => {
  const answer = await control(method, path, body);
  expect(answer.status).toBe(status);
  expect((answer.body as { error: string }).error).toMatch(message);
});

test("refuses what a web page could send without asking", async () => {
  const answer = await control("POST", "clock/advance", { ms: 1 }, "text/plain");
  expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining("application/json") } });
});
