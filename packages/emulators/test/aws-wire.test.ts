import { CloudWatchLogsClient, DescribeLogGroupsCommand, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { LogStore } from "../src/aws/logs/log-store.ts";
import { createLogsService } from "../src/aws/logs/logs-service.ts";
import { serveAws, type AwsBed } from "./aws-kit.ts";

let bed: AwsBed;
let store: LogStore;
const clients: CloudWatchLogsClient[] = [];

beforeAll(async () => {
  const make = async ({ clock, faults }: Pick<AwsBed, "clock" | "faults">) => {
    store = new LogStore({ clock, faults });
    return [await createLogsService(store)];
  };
  bed = await serveAws(make, { quotas: true, account: "210987654321" });
});
beforeEach(async () => {
  bed.faults.clear();
  // What one test has called is not counted in the next.
  await bed.clock.advance(10_000);
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await bed.close();
});

function client(config: { region?: string; accessKeyId?: string; maxAttempts?: number } = {}): CloudWatchLogsClient {
  const { accessKeyId = "AKIDEXAMPLE", ...rest } = config;
  const made = new CloudWatchLogsClient({ ...bed.client, credentials: { accessKeyId, secretAccessKey: "s" }, ...rest });
  clients.push(made);
  return made;
}
const groupsOf = async (one: CloudWatchLogsClient) =>
  (await one.send(new DescribeLogGroupsCommand({}))).logGroups!.map(({ arn }) => arn);

const signature = "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-3/logs/aws4_request, SignedHeaders=host, Signature=00";
async function post(headers: Record<string, string>, body = "{}") {
  const response = await fetch(bed.url, { method: "POST", headers, body });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
}
const target = { "x-amz-target": "Logs_20140328.DescribeLogGroups" };

test("region and account come from the signature", async () => {
  store.createGroup({ account: "210987654321", region: "eu-west-3", group: "a" });
  store.createGroup({ account: "210987654321", region: "us-east-1", group: "b" });
  store.createGroup({ account: "111122223333", region: "eu-west-3", group: "c" });
  expect(await groupsOf(client())).toEqual(["arn:aws:logs:eu-west-3:210987654321:log-group:a:*"]);
  expect(await groupsOf(client({ region: "us-east-1" }))).toEqual(["arn:aws:logs:us-east-1:210987654321:log-group:b:*"]);
  expect(await groupsOf(client({ accessKeyId: "111122223333" }))).toEqual(["arn:aws:logs:eu-west-3:111122223333:log-group:c:*"]);
});

test.each([
  ["no signature", {}, "MissingAuthenticationTokenException"],
  ["another scheme", { authorization: "Bearer token" }, "IncompleteSignatureException"],
  [
    "no scope",
    { authorization: "AWS4-HMAC-SHA256 Credential=AKID, SignedHeaders=host, Signature=0" },
    "IncompleteSignatureException",
  ],
  ["another service's scope", { authorization: signature.replace("/logs/", "/ecs/") }, "InvalidSignatureException"],
])("%s is refused", async (_, headers, type) => {
  const { status, body, headers: answered } = await post({ ...target, ...headers });
  expect({ status, type: body["__type"] }).toEqual({ status: 400, type });
  expect(answered.get("content-type")).toBe("application/x-amz-json-1.1");
  expect(answered.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
});

test("operations and services that are not there, and a body that is no JSON", async () => {
  const headers = { authorization: signature };
  const unknown = { "x-amz-target": "Logs_20140328.CreateDelivery" };
  expect(await post({ ...headers, ...unknown })).toMatchObject({ status: 400, body: { __type: "UnknownOperationException" } });
  expect(await post({ ...headers, "x-amz-target": "DynamoDB_20120810.ListTables" })).toMatchObject({
    status: 404,
    body: { __type: "UnknownOperationException", message: expect.stringContaining("DynamoDB_20120810.ListTables") },
  });
  expect(await post(headers)).toMatchObject({ status: 404 });
  expect(await post({ ...headers, ...target }, "{")).toMatchObject({ status: 400, body: { __type: "SerializationException" } });
});

test("members that the model lacks are ignored, and nulls are as if absent", async () => {
  const body = JSON.stringify({ nextToken: null, limit: 1, somethingNew: { a: 1 } });
  expect(await post({ authorization: signature, ...target }, body)).toMatchObject({ status: 200 });
});

test("an answer that is lost was worked for; the SDK asks again", async () => {
  bed.faults.add({ operation: "logs:DescribeLogGroups", fault: { kind: "lose-reply" }, times: 1 });
  const before = bed.journal.counts["logs:DescribeLogGroups"] ?? 0;
  expect(await groupsOf(client({ maxAttempts: 3 }))).toHaveLength(1);
  expect(bed.journal.counts["logs:DescribeLogGroups"]).toBe(before + 2);
});

test("any error can be asked for, over HTTP", async () => {
  const rules = (operation: string, fault: object) =>
    fetch(`${bed.url}/_emulator/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ operation, times: 1, fault }),
    });
  const fault = { kind: "aws:error", code: "AccessDeniedException", message: "User is not authorized" };
  expect((await rules("logs:DescribeLogGroups", fault)).status).toBe(200);
  await expect(groupsOf(client())).rejects.toMatchObject({
    name: "AccessDeniedException",
    message: "User is not authorized",
    $metadata: { httpStatusCode: 400 },
  });
  await rules("logs:*", { ...fault, code: "ServiceUnavailableException", status: 503 });
  await expect(groupsOf(client())).rejects.toMatchObject({
    name: "ServiceUnavailableException",
    $metadata: { httpStatusCode: 503 },
  });
  expect(await groupsOf(client())).toHaveLength(1);
  expect((await rules("logs:*", { kind: "logs:empty-page", ms: 1 })).status).toBe(400);
});

test("quotas refuse the call after the last one that fits, for this account alone", async () => {
  store.createGroup({ account: "444455556666", region: "eu-west-3", group: "quick" });
  store.append({ account: "444455556666", region: "eu-west-3", group: "quick", stream: "s" }, [{ timestamp: 1, message: "x" }]);
  const quick = client({ accessKeyId: "444455556666" });
  const ask = (one: CloudWatchLogsClient) =>
    one.send(new FilterLogEventsCommand({ logGroupName: "quick" })).then(
      () => "ok",
      ({ name }: Error) => name,
    );
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask(quick)));
  expect(answers.filter((answer) => answer === "ok").length).toBeGreaterThanOrEqual(5);
  expect(answers).toContain("ThrottlingException");
  expect(await ask(client())).toBe("ResourceNotFoundException");
  await bed.clock.advance(1000);
  expect(await ask(quick)).toBe("ok");
});
