import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteLogStreamCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ListTagsForResourceCommand,
  ListTagsLogGroupCommand,
  paginateDescribeLogGroups,
  paginateDescribeLogStreams,
  paginateFilterLogEvents,
  paginateGetLogEvents,
  PutLogEventsCommand,
  PutLogGroupDeletionProtectionCommand,
  PutRetentionPolicyCommand,
  TagLogGroupCommand,
  TagResourceCommand,
  UntagLogGroupCommand,
  UntagResourceCommand,
  type OutputLogEvent,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { LogStore } from "../src/aws/logs/log-store.ts";
import { createLogsService } from "../src/aws/logs/logs-service.ts";
import { nonconforming, serveAws, type AwsBed } from "./aws-kit.ts";

let bed: AwsBed;
let logs: CloudWatchLogsClient;
let store: LogStore;
let group = "";
let number = 0;
const stream = "app/main/0123";
const dayMs = 86_400_000;

const at = (ms = 0): number => bed.clock.now() + ms;
const account = "123456789012";
const place = () => ({ account, region: "eu-west-3", group, stream });
const print = (...messages: string[]): void =>
  store.append(
    place(),
    messages.map((message) => ({ timestamp: at(), message })),
  );
const put = (...logEvents: { timestamp: number; message: string }[]) =>
  logs.send(new PutLogEventsCommand({ logGroupName: group, logStreamName: stream, logEvents }));
const get = (input: Partial<GetLogEventsCommand["input"]> = {}) =>
  logs.send(new GetLogEventsCommand({ logGroupName: group, logStreamName: stream, ...input }));
const filter = (input: Partial<FilterLogEventsCommand["input"]> = {}) =>
  logs.send(new FilterLogEventsCommand({ logGroupName: group, ...input }));
const texts = (events: readonly OutputLogEvent[] = []) => events.map(({ message }) => message);
const named = (name: string, message?: RegExp) =>
  expect.objectContaining({ name, ...(message && { message: expect.stringMatching(message) }) });

beforeAll(async () => {
  bed = await serveAws(async ({ clock, faults }) => {
    store = new LogStore({ clock, faults });
    return [await createLogsService(store)];
  });
  logs = new CloudWatchLogsClient({ ...bed.client, disableHostPrefix: true });
});
beforeEach(async () => {
  group = `/tests/${++number}`;
  await logs.send(new CreateLogGroupCommand({ logGroupName: group }));
  await logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream }));
});
afterEach(() => bed.faults.clear());
afterAll(async () => {
  logs.destroy();
  await bed.close();
});

describe("GetLogEvents", () => {
  test("pages forward, and ends on the token that was sent", async () => {
    const lines = Array.from({ length: 25 }, (_, index) => `line ${index}`);
    print(...lines);
    const read: (string | undefined)[] = [];
    let token: string | undefined;
    for (;;) {
      const page = await get({ startFromHead: true, limit: 10, ...(token && { nextToken: token }) });
      read.push(...texts(page.events));
      expect(page.nextForwardToken).toMatch(/^f\/\d{56}\/s$/);
      if (page.nextForwardToken === token) break;
      token = page.nextForwardToken;
    }
    expect(read).toEqual(lines);
    const again = await get({ startFromHead: true, ...(token && { nextToken: token }) });
    expect(again).toMatchObject({ events: [], nextForwardToken: token });
    print("one more");
    const more = await get({ startFromHead: true, ...(token && { nextToken: token }) });
    expect(texts(more.events)).toEqual(["one more"]);
    expect(more.nextForwardToken).not.toBe(token);
  });

  test("the SDK's own paginator reads all of it", async () => {
    print(...Array.from({ length: 12 }, (_, index) => `${index}`));
    const read = [];
    const request = { logGroupName: group, logStreamName: stream, startFromHead: true, limit: 5 };
    for await (const page of paginateGetLogEvents({ client: logs, stopOnSameToken: true }, request))
      read.push(...texts(page.events));
    expect(read).toHaveLength(12);
  });

  test("without startFromHead it begins at the end, and goes back by the other token", async () => {
    print(..."abcdef");
    const last = await get({ limit: 4 });
    expect(texts(last.events)).toEqual(["c", "d", "e", "f"]);
    const before = await get({ limit: 4, nextToken: last.nextBackwardToken! });
    expect(texts(before.events)).toEqual(["a", "b"]);
    const end = await get({ nextToken: before.nextBackwardToken! });
    expect(end).toMatchObject({ events: [], nextBackwardToken: before.nextBackwardToken });
    const forth = await get({ nextToken: end.nextForwardToken!, startFromHead: true });
    expect(texts(forth.events)).toEqual([..."abcdef"]);
  });

  test("tokens of an empty stream find what comes later", async () => {
    const tail = await get();
    const head = await get({ startFromHead: true });
    expect(tail.events).toEqual([]);
    print("first");
    for (const { nextForwardToken } of [tail, head])
      expect(texts((await get({ nextToken: nextForwardToken!, startFromHead: true })).events)).toEqual(["first"]);
  });

  test("endTime is exclusive, startTime inclusive", async () => {
    const now = at();
    await put({ timestamp: now - 2, message: "a" }, { timestamp: now - 1, message: "b" }, { timestamp: now, message: "c" });
    const page = await get({ startTime: now - 2, endTime: now, startFromHead: true });
    expect(texts(page.events)).toEqual(["a", "b"]);
  });

  test("a page holds a megabyte, and lines longer than 256 KiB are several events", async () => {
    const line = "ü".repeat(200_000);
    print(line, line, line, line);
    const first = await get({ startFromHead: true });
    const second = await get({ startFromHead: true, nextToken: first.nextForwardToken! });
    const sizes = [first, second].map(({ events }) => events!.reduce((sum, { message }) => sum + Buffer.byteLength(message!), 0));
    expect(sizes[0]).toBeLessThanOrEqual(1024 * 1024);
    expect(sizes[0]! + sizes[1]!).toBe(1_600_000);
    expect(first.events!.every(({ message }) => Buffer.byteLength(message!) <= 262_118)).toBe(true);
    expect([...texts(first.events), ...texts(second.events)].join("")).toBe(line.repeat(4));
  });

  test("events of another time stand where their timestamp belongs", async () => {
    const now = at();
    await put({ timestamp: now, message: "late" });
    await put({ timestamp: now - 5000, message: "early" });
    expect(texts((await get({ startFromHead: true })).events)).toEqual(["early", "late"]);
  });

  test("an unknown token, and one of yesterday, are refused", async () => {
    const { nextForwardToken } = await get({ startFromHead: true });
    await expect(get({ nextToken: "f/1/s" })).rejects.toEqual(named("InvalidParameterException", /invalid/));
    await bed.clock.advance(dayMs + 1);
    await expect(get({ nextToken: nextForwardToken! })).rejects.toEqual(named("InvalidParameterException", /expired/));
  });

  test("names and ARNs", async () => {
    print("here");
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: group }));
    const identifier = logGroups![0]!.logGroupArn!;
    expect(identifier).toBe(`arn:aws:logs:eu-west-3:${account}:log-group:${group}`);
    const page = await logs.send(new GetLogEventsCommand({ logGroupIdentifier: identifier, logStreamName: stream }));
    expect(texts(page.events)).toEqual(["here"]);
    await expect(get({ logGroupIdentifier: identifier })).rejects.toEqual(named("InvalidParameterException"));
    await expect(logs.send(new GetLogEventsCommand({ logStreamName: stream }))).rejects.toEqual(
      named("InvalidParameterException"),
    );
    await expect(get({ logGroupName: "no-such" })).rejects.toEqual(
      named("ResourceNotFoundException", /log group does not exist/),
    );
    await expect(get({ logStreamName: "no-such" })).rejects.toEqual(
      named("ResourceNotFoundException", /log stream does not exist/),
    );
  });
});

describe("FilterLogEvents", () => {
  const other = "app/other/0123";
  const printThere = (message: string): void => store.append({ ...place(), stream: other }, [{ timestamp: at(), message }]);

  test("interleaves streams, and ends where there is no token", async () => {
    for (const index of [0, 1, 2, 3]) {
      print(`main ${index}`);
      printThere(`other ${index}`);
    }
    const read = [];
    for await (const page of paginateFilterLogEvents({ client: logs, pageSize: 3 }, { logGroupName: group }))
      read.push(...page.events!);
    expect(texts(read)).toEqual([0, 1, 2, 3].flatMap((index) => [`main ${index}`, `other ${index}`]));
    expect(new Set(read.map(({ eventId }) => eventId)).size).toBe(8);
    expect(read[0]).toMatchObject({ eventId: expect.stringMatching(/^\d{56}$/), logStreamName: stream });
  });

  test("endTime is inclusive", async () => {
    const now = at();
    await put({ timestamp: now - 1, message: "a" }, { timestamp: now, message: "b" }, { timestamp: now + 1, message: "c" });
    expect(texts((await filter({ startTime: now - 1, endTime: now })).events)).toEqual(["a", "b"]);
  });

  test("streams by name or prefix, not both", async () => {
    print("a");
    printThere("b");
    expect(texts((await filter({ logStreamNames: [other] })).events)).toEqual(["b"]);
    expect(texts((await filter({ logStreamNamePrefix: "app/main" })).events)).toEqual(["a"]);
    await expect(filter({ logStreamNames: [other], logStreamNamePrefix: "app" })).rejects.toEqual(
      named("InvalidParameterException"),
    );
    await expect(filter({ logStreamNames: ["none"] })).rejects.toEqual(named("ResourceNotFoundException"));
  });

  test("newest first, in pages, where startFromHead is false", async () => {
    print(..."abc");
    const first = await filter({ startFromHead: false, limit: 2 });
    expect(texts(first.events)).toEqual(["c", "b"]);
    const second = await filter({ nextToken: first.nextToken! });
    expect(texts(second.events)).toEqual(["a"]);
    expect(second.nextToken).toBeUndefined();
  });

  test.each([
    ["ERROR", ["ERROR a", "ERROR b WARN"]],
    ["ERROR -WARN", ["ERROR a"]],
    ["?a ?INFO", ["ERROR a", "INFO c"]],
    ['"b WARN"', ["ERROR b WARN"]],
    ["%[A-Z]+ [ac]%", ["ERROR a", "INFO c"]],
    ["error", []],
  ])("the pattern %s", async (filterPattern, expected) => {
    print("ERROR a", "ERROR b WARN", "INFO c");
    expect(texts((await filter({ filterPattern })).events)).toEqual(expected);
  });

  test("patterns for JSON are refused in plain words", async () => {
    await expect(filter({ filterPattern: "{ $.level = 1 }" })).rejects.toEqual(
      named("InvalidParameterException", /emulator matches text alone/),
    );
  });
});

describe("PutLogEvents", () => {
  test("leaves out what is too old, expired or too new, and says so", async () => {
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: 7 }));
    const times = [-15 * dayMs, -8 * dayMs, -1000, 0, 3 * 3_600_000].map((ms) => at(ms));
    const { rejectedLogEventsInfo } = await put(...times.map((timestamp, index) => ({ timestamp, message: `${index}` })));
    expect(rejectedLogEventsInfo).toEqual({
      tooOldLogEventEndIndex: 1,
      expiredLogEventEndIndex: 2,
      tooNewLogEventStartIndex: 4,
    });
    expect(texts((await get({ startFromHead: true })).events)).toEqual(["2", "3"]);
  });

  test.each([
    ["not in order", () => [at(), at(-1)].map((timestamp) => ({ timestamp, message: "x" })), /chronological order/],
    ["over a day", () => [at(-dayMs - 1), at()].map((timestamp) => ({ timestamp, message: "x" })), /24 hours/],
    ["too large", () => [0, 1].map(() => ({ timestamp: at(), message: "x".repeat(600_000) })), /exceeds limit of 1048576/],
    ["an event too large", () => [{ timestamp: at(), message: "x".repeat(1_048_570) }], /exceeds limit of 1048576/],
  ])("a batch that is %s is refused", async (_, events, message) => {
    await expect(put(...events())).rejects.toEqual(named("InvalidParameterException", message));
    expect((await get()).events).toEqual([]);
  });

  test("the stream has to exist", async () => {
    await logs.send(new DeleteLogStreamCommand({ logGroupName: group, logStreamName: stream }));
    await expect(put({ timestamp: at(), message: "x" })).rejects.toEqual(named("ResourceNotFoundException"));
  });
});

describe("groups and streams", () => {
  test("are made once, and deleted once", async () => {
    await expect(logs.send(new CreateLogGroupCommand({ logGroupName: group }))).rejects.toEqual(
      named("ResourceAlreadyExistsException"),
    );
    await expect(logs.send(new CreateLogStreamCommand({ logGroupName: group, logStreamName: stream }))).rejects.toEqual(
      named("ResourceAlreadyExistsException"),
    );
    await expect(logs.send(new CreateLogGroupCommand({ logGroupName: "aws/mine" }))).rejects.toEqual(
      named("InvalidParameterException", /reserved/),
    );
    await logs.send(new DeleteLogGroupCommand({ logGroupName: group }));
    await expect(logs.send(new DeleteLogGroupCommand({ logGroupName: group }))).rejects.toEqual(
      named("ResourceNotFoundException"),
    );
  });

  test("are listed by pages, whatever the direction", async () => {
    const names = Array.from({ length: 7 }, (_, index) => `s${index}`);
    for (const name of names) store.append({ ...place(), stream: name }, [{ timestamp: at(), message: name }]);
    const all = [];
    const request = { logGroupName: group, logStreamNamePrefix: "s" };
    for await (const page of paginateDescribeLogStreams({ client: logs, pageSize: 3 }, request))
      all.push(...page.logStreams!.map(({ logStreamName }) => logStreamName));
    expect(all).toEqual(names);
    const newest = [];
    const byTime = { logGroupName: group, orderBy: "LastEventTime" as const, descending: true };
    for await (const page of paginateDescribeLogStreams({ client: logs, pageSize: 3 }, byTime))
      newest.push(...page.logStreams!.map(({ logStreamName }) => logStreamName));
    expect([...newest].sort()).toEqual([stream, ...names].sort());
    expect(newest.at(-1)).toBe(stream);
    await expect(logs.send(new DescribeLogStreamsCommand({ ...request, orderBy: "LastEventTime" }))).rejects.toEqual(
      named("InvalidParameterException"),
    );
  });

  test("a stream tells of its events", async () => {
    const now = at();
    await put({ timestamp: now - 10, message: "a" }, { timestamp: now, message: "b" });
    const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName: group }));
    expect(logStreams).toEqual([
      expect.objectContaining({
        logStreamName: stream,
        firstEventTimestamp: now - 10,
        lastEventTimestamp: now,
        arn: `arn:aws:logs:eu-west-3:${account}:log-group:${group}:log-stream:${stream}`,
      }),
    ]);
    bed.faults.add({ operation: "logs:DescribeLogStreams", fault: { kind: "logs:stale-streams", ms: 3_600_000 } });
    const stale = await logs.send(new DescribeLogStreamsCommand({ logGroupName: group }));
    expect(stale.logStreams![0]!.lastEventTimestamp).toBeUndefined();
  });

  test("groups by pages, pattern and class", async () => {
    for (const name of ["x-1", "x-2", "x-3"])
      await logs.send(new CreateLogGroupCommand({ logGroupName: name, logGroupClass: "INFREQUENT_ACCESS" }));
    const names = [];
    for await (const page of paginateDescribeLogGroups({ client: logs, pageSize: 2 }, { logGroupNamePrefix: "x-" }))
      names.push(...page.logGroups!.map(({ logGroupName }) => logGroupName));
    expect(names).toEqual(["x-1", "x-2", "x-3"]);
    const found = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePattern: "-2" }));
    expect(found.logGroups!.map((one) => Object.keys(one).sort())).toEqual([["arn", "creationTime", "logGroupName"]]);
    const rare = await logs.send(new DescribeLogGroupsCommand({ logGroupClass: "INFREQUENT_ACCESS" }));
    expect(rare.logGroups).toHaveLength(3);
    await expect(logs.send(new DescribeLogGroupsCommand({ nextToken: "nonsense" }))).rejects.toEqual(
      named("InvalidParameterException"),
    );
  });

  test("retention hides what is past it", async () => {
    print("old");
    await expect(logs.send(new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: 2 }))).rejects.toEqual(
      named("InvalidParameterException"),
    );
    await logs.send(new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: 1 }));
    await bed.clock.advance(2 * dayMs);
    print("new");
    expect(texts((await get({ startFromHead: true })).events)).toEqual(["new"]);
    await logs.send(new DeleteRetentionPolicyCommand({ logGroupName: group }));
    const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupIdentifiers: [group] }));
    expect(logGroups).toEqual([expect.objectContaining({ logGroupName: group, storedBytes: 58 })]);
    expect(logGroups![0]!.retentionInDays).toBeUndefined();
  });

  test("a protected group stays", async () => {
    const protect = (deletionProtectionEnabled: boolean) =>
      logs.send(new PutLogGroupDeletionProtectionCommand({ logGroupIdentifier: group, deletionProtectionEnabled }));
    await protect(true);
    await expect(logs.send(new DeleteLogGroupCommand({ logGroupName: group }))).rejects.toEqual(named("ValidationException"));
    await protect(false);
    await logs.send(new DeleteLogGroupCommand({ logGroupName: group }));
  });

  test("tags, by ARN and by name", async () => {
    const resourceArn = `arn:aws:logs:eu-west-3:${account}:log-group:${group}`;
    await logs.send(new TagResourceCommand({ resourceArn, tags: { a: "1", b: "2" } }));
    await logs.send(new TagLogGroupCommand({ logGroupName: group, tags: { c: "3" } }));
    await logs.send(new UntagResourceCommand({ resourceArn, tagKeys: ["a"] }));
    expect((await logs.send(new ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({ b: "2", c: "3" });
    await logs.send(new UntagLogGroupCommand({ logGroupName: group, tags: ["b"] }));
    expect((await logs.send(new ListTagsLogGroupCommand({ logGroupName: group }))).tags).toEqual({ c: "3" });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, ""]));
    await expect(logs.send(new TagResourceCommand({ resourceArn, tags: many }))).rejects.toEqual(
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
    await expect(logs.send(new CreateLogGroupCommand(input))).rejects.toEqual(named("InvalidParameterException", message));
  });

  test("a range, and a member of a list", async () => {
    await expect(get({ limit: 10_001 })).rejects.toEqual(named("InvalidParameterException", /less than or equal to 10000/));
    await expect(put({ message: "x" } as { timestamp: number; message: string })).rejects.toEqual(
      named("InvalidParameterException", /Value null at 'logEvents\.1\.member\.timestamp'/),
    );
  });

  test("a wrong type", async () => {
    await expect(logs.send(new CreateLogGroupCommand({ logGroupName: { a: 1 } as unknown as string }))).rejects.toEqual(
      named("SerializationException"),
    );
  });
});

describe("faults", () => {
  test("empty pages in between have other tokens, and hide nothing", async () => {
    print(..."abc");
    bed.faults.add({ operation: "logs:GetLogEvents", fault: { kind: "logs:empty-page" }, times: 2 });
    const tokens: (string | undefined)[] = [undefined];
    const read = [];
    do {
      const token = tokens.at(-1);
      const page = await get({ startFromHead: true, ...(token && { nextToken: token }) });
      read.push(page.events!.length);
      tokens.push(page.nextForwardToken);
    } while (tokens.at(-1) !== tokens.at(-2));
    expect(read).toEqual([0, 0, 3, 0]);
    bed.faults.add({ operation: "logs:FilterLogEvents", fault: { kind: "logs:empty-page" }, times: 2 });
    const pages = [];
    for await (const page of paginateFilterLogEvents({ client: logs }, { logGroupName: group })) pages.push(page.events!.length);
    expect(pages).toEqual([0, 0, 3]);
  });

  test("late lines are seen later, and have been ingested then", async () => {
    bed.faults.add({ operation: "logs:append", fault: { kind: "logs:late", ms: 60_000 }, times: 1 });
    print("late");
    print("in time");
    expect(texts((await get({ startFromHead: true })).events)).toEqual(["in time"]);
    await bed.clock.advance(60_000);
    const { events } = await get({ startFromHead: true });
    expect(texts(events)).toEqual(["late", "in time"]);
    expect(events![0]!.ingestionTime! - events![0]!.timestamp!).toBeGreaterThanOrEqual(60_000);
  });

  test("out of order: what was printed later is seen earlier, and a token that is past the rest does not find it", async () => {
    bed.faults.add({ operation: "logs:append", fault: { kind: "logs:out-of-order", ms: 5000 } });
    print(..."abcd");
    const { events, nextForwardToken } = await get({ startFromHead: true });
    expect(events).toHaveLength(2);
    await bed.clock.advance(5000);
    expect(texts((await get({ startFromHead: true })).events)).toEqual([..."abcd"]);
    const rest = texts((await get({ startFromHead: true, nextToken: nextForwardToken! })).events);
    expect(rest.length).toBeLessThan(2);
  });

  test("throttling", async () => {
    bed.faults.add({ operation: "logs:*", fault: { kind: "throttle" }, times: 1 });
    await expect(get()).rejects.toEqual(named("ThrottlingException", /Rate exceeded/));
    expect((await get()).events).toEqual([]);
  });
});

test("a container's lines need the group, and make the stream", async () => {
  expect(() => store.append({ ...place(), group: "none" }, [])).toThrow("The specified log group does not exist.");
  store.append({ ...place(), stream: "new" }, [{ timestamp: at(), message: "" }]);
  await expect(get({ logStreamName: "new" })).rejects.toEqual(named("ResourceNotFoundException"));
  store.append({ ...place(), stream: "new" }, [{ timestamp: at(), message: "hello" }]);
  expect(texts((await get({ logStreamName: "new" })).events)).toEqual(["hello"]);
});

test("every answer and every error is as the service's model says", () => {
  const entries = bed.journal.entries();
  expect(entries.filter(({ error }) => error === undefined).length).toBeGreaterThan(100);
  expect(entries.filter(({ error }) => error !== undefined).length).toBeGreaterThan(20);
  expect(nonconforming(bed)).toEqual([]);
});
