import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  ListTagsForResourceCommand,
  ListTagsLogGroupCommand,
  paginateDescribeLogGroups,
  paginateDescribeLogStreams,
  PutLogGroupDeletionProtectionCommand,
  PutRetentionPolicyCommand,
  TagLogGroupCommand,
  TagResourceCommand,
  UntagLogGroupCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { nonconforming } from "./aws-kit.ts";
import { account, dayMs, LogsBed, named, stream, texts } from "./aws-logs-kit.ts";

let on: LogsBed;
beforeAll(async () => {
  on = await LogsBed.open();
});
beforeEach(() => on.nextGroup());
afterEach(() => on.bed.faults.clear());
afterAll(() => on.close());

describe("groups and streams", () => {
  test("are made once, and deleted once", async () => {
    await expect(on.logs.send(new CreateLogGroupCommand({ logGroupName: on.group }))).rejects.toEqual(
      named("ResourceAlreadyExistsException"),
    );
    await expect(on.logs.send(new CreateLogStreamCommand({ logGroupName: on.group, logStreamName: stream }))).rejects.toEqual(
      named("ResourceAlreadyExistsException"),
    );
    await expect(on.logs.send(new CreateLogGroupCommand({ logGroupName: "aws/mine" }))).rejects.toEqual(
      named("InvalidParameterException", /reserved/),
    );
    await on.logs.send(new DeleteLogGroupCommand({ logGroupName: on.group }));
    await expect(on.logs.send(new DeleteLogGroupCommand({ logGroupName: on.group }))).rejects.toEqual(
      named("ResourceNotFoundException"),
    );
  });

  test("are listed by pages, whatever the direction", async () => {
    const names = Array.from({ length: 7 }, (_, index) => `s${index}`);
    for (const name of names) on.store.append({ ...on.place, stream: name }, [{ timestamp: on.at(), message: name }]);
    const all = [];
    const request = { logGroupName: on.group, logStreamNamePrefix: "s" };
    for await (const page of paginateDescribeLogStreams({ client: on.logs, pageSize: 3 }, request))
      all.push(...page.logStreams!.map(({ logStreamName }) => logStreamName));
    expect(all).toEqual(names);
    const newest = [];
    const byTime = { logGroupName: on.group, orderBy: "LastEventTime" as const, descending: true };
    for await (const page of paginateDescribeLogStreams({ client: on.logs, pageSize: 3 }, byTime))
      newest.push(...page.logStreams!.map(({ logStreamName }) => logStreamName));
    expect(new Set(newest)).toEqual(new Set([stream, ...names]));
    expect(newest.at(-1)).toBe(stream);
    await expect(on.logs.send(new DescribeLogStreamsCommand({ ...request, orderBy: "LastEventTime" }))).rejects.toEqual(
      named("InvalidParameterException"),
    );
  });

  test("a stream tells of its events", async () => {
    const now = on.at();
    await on.put({ timestamp: now - 10, message: "a" }, { timestamp: now, message: "b" });
    const { logStreams } = await on.logs.send(new DescribeLogStreamsCommand({ logGroupName: on.group }));
    expect(logStreams).toEqual([
      expect.objectContaining({
        logStreamName: stream,
        firstEventTimestamp: now - 10,
        lastEventTimestamp: now,
        arn: `arn:aws:logs:eu-west-3:${account}:log-group:${on.group}:log-stream:${stream}`,
      }),
    ]);
    on.bed.faults.add({ operation: "logs:DescribeLogStreams", fault: { kind: "logs:stale-streams", ms: 3_600_000 } });
    const stale = await on.logs.send(new DescribeLogStreamsCommand({ logGroupName: on.group }));
    expect(stale.logStreams![0]!.lastEventTimestamp).toBeUndefined();
  });

  test("groups by pages, pattern and class", async () => {
    for (const name of ["x-1", "x-2", "x-3"])
      await on.logs.send(new CreateLogGroupCommand({ logGroupName: name, logGroupClass: "INFREQUENT_ACCESS" }));
    const names = [];
    for await (const page of paginateDescribeLogGroups({ client: on.logs, pageSize: 2 }, { logGroupNamePrefix: "x-" }))
      names.push(...page.logGroups!.map(({ logGroupName }) => logGroupName));
    expect(names).toEqual(["x-1", "x-2", "x-3"]);
    const found = await on.logs.send(new DescribeLogGroupsCommand({ logGroupNamePattern: "-2" }));
    expect(found.logGroups!.map((one) => Object.keys(one).sort())).toEqual([["arn", "creationTime", "logGroupName"]]);
    const rare = await on.logs.send(new DescribeLogGroupsCommand({ logGroupClass: "INFREQUENT_ACCESS" }));
    expect(rare.logGroups).toHaveLength(3);
    await expect(on.logs.send(new DescribeLogGroupsCommand({ nextToken: "nonsense" }))).rejects.toEqual(
      named("InvalidParameterException"),
    );
  });

  test("retention hides what is past it", async () => {
    on.print("old");
    await expect(on.logs.send(new PutRetentionPolicyCommand({ logGroupName: on.group, retentionInDays: 2 }))).rejects.toEqual(
      named("InvalidParameterException"),
    );
    await on.logs.send(new PutRetentionPolicyCommand({ logGroupName: on.group, retentionInDays: 1 }));
    await on.bed.clock.advance(2 * dayMs);
    on.print("new");
    expect(texts((await on.get({ startFromHead: true })).events)).toEqual(["new"]);
    await on.logs.send(new DeleteRetentionPolicyCommand({ logGroupName: on.group }));
    const { logGroups } = await on.logs.send(new DescribeLogGroupsCommand({ logGroupIdentifiers: [on.group] }));
    expect(logGroups).toEqual([expect.objectContaining({ logGroupName: on.group, storedBytes: 58 })]);
    expect(logGroups![0]!.retentionInDays).toBeUndefined();
  });

  test("a protected group stays", async () => {
    const protect = (deletionProtectionEnabled: boolean) =>
      on.logs.send(new PutLogGroupDeletionProtectionCommand({ logGroupIdentifier: on.group, deletionProtectionEnabled }));
    await protect(true);
    await expect(on.logs.send(new DeleteLogGroupCommand({ logGroupName: on.group }))).rejects.toEqual(
      named("ValidationException"),
    );
    await protect(false);
    await on.logs.send(new DeleteLogGroupCommand({ logGroupName: on.group }));
  });

  test("tags, by ARN and by name", async () => {
    const resourceArn = `arn:aws:logs:eu-west-3:${account}:log-group:${on.group}`;
    await on.logs.send(new TagResourceCommand({ resourceArn, tags: { a: "1", b: "2" } }));
    await on.logs.send(new TagLogGroupCommand({ logGroupName: on.group, tags: { c: "3" } }));
    await on.logs.send(new UntagResourceCommand({ resourceArn, tagKeys: ["a"] }));
    expect((await on.logs.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ b: "2", c: "3" });
    await on.logs.send(new UntagLogGroupCommand({ logGroupName: on.group, tags: ["b"] }));
    expect((await on.logs.send(new ListTagsLogGroupCommand({ logGroupName: on.group }))).tags).toEqual({ c: "3" });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, ""]));
    await expect(on.logs.send(new TagResourceCommand({ resourceArn, tags: many }))).rejects.toEqual(
      expect.objectContaining({ name: "TooManyTagsException", resourceName: resourceArn }),
    );
  });
});

describe("requests against the model", () => {
  test.each([
    ["a pattern", { logGroupName: "no spaces" }, /at 'logGroupName' failed to satisfy constraint: Member must satisfy regular/],
    ["a length", { logGroupName: "" }, /^2 validation errors detected: .*length greater than or equal to 1/],
    ["an enum", { logGroupName: "a", logGroupClass: "OTHER" as "STANDARD" }, /enum value set: \[STANDARD, INFREQUENT_ACCESS/],
    ["a missing member", {} as { logGroupName: string }, /Value null at 'logGroupName'.*must not be null/],
    ["a tag's key", { logGroupName: "a", tags: { "*": "" } }, /at 'tags\.\*\.key'/],
  ])("%s", async (_, input, message) => {
    await expect(on.logs.send(new CreateLogGroupCommand(input))).rejects.toEqual(named("InvalidParameterException", message));
  });

  test("a range, and a member of a list", async () => {
    await expect(on.get({ limit: 10_001 })).rejects.toEqual(named("InvalidParameterException", /less than or equal to 10000/));
    await expect(on.put({ message: "x" } as { timestamp: number; message: string })).rejects.toEqual(
      named("InvalidParameterException", /Value null at 'logEvents\.1\.member\.timestamp'/),
    );
  });

  test("a wrong type", async () => {
    await expect(on.logs.send(new CreateLogGroupCommand({ logGroupName: { a: 1 } as unknown as string }))).rejects.toEqual(
      named("SerializationException"),
    );
  });
});

test("every answer and every error is as the service's model says", () => {
  const entries = on.bed.journal.entries();
  expect(entries.filter(({ error }) => error === undefined).length).toBeGreaterThan(30);
  expect(entries.filter(({ error }) => error !== undefined).length).toBeGreaterThan(5);
  expect(nonconforming(on.bed)).toEqual([]);
});
