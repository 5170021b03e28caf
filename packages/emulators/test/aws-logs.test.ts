import {
  DeleteLogStreamCommand,
  DescribeLogGroupsCommand,
  GetLogEventsCommand,
  paginateFilterLogEvents,
  paginateGetLogEvents,
  PutRetentionPolicyCommand,
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

describe("GetLogEvents", () => {
  test("pages forward, and ends on the token that was sent", async () => {
    const lines = Array.from({ length: 25 }, (_, index) => `line ${index}`);
    on.print(...lines);
    const read: (string | undefined)[] = [];
    let token: string | undefined;
    for (;;) {
      const page = await on.get({ startFromHead: true, limit: 10, ...(token && { nextToken: token }) });
      read.push(...texts(page.events));
      expect(page.nextForwardToken).toMatch(/^f\/\d{56}\/s$/);
      if (page.nextForwardToken === token) break;
      token = page.nextForwardToken;
    }
    expect(read).toEqual(lines);
    const again = await on.get({ startFromHead: true, ...(token && { nextToken: token }) });
    expect(again).toMatchObject({ events: [], nextForwardToken: token });
    on.print("one more");
    const more = await on.get({ startFromHead: true, ...(token && { nextToken: token }) });
    expect(texts(more.events)).toEqual(["one more"]);
    expect(more.nextForwardToken).not.toBe(token);
  });

  test("the SDK's own paginator reads all of it", async () => {
    on.print(...Array.from({ length: 12 }, (_, index) => `${index}`));
    const read = [];
    const request = { logGroupName: on.group, logStreamName: stream, startFromHead: true, limit: 5 };
    for await (const page of paginateGetLogEvents({ client: on.logs, stopOnSameToken: true }, request))
      read.push(...texts(page.events));
    expect(read).toHaveLength(12);
  });

  test("without startFromHead it begins at the end, and goes back by the other token", async () => {
    on.print(..."abcdef".split(""));
    const last = await on.get({ limit: 4 });
    expect(texts(last.events)).toEqual(["c", "d", "e", "f"]);
    const before = await on.get({ limit: 4, nextToken: last.nextBackwardToken! });
    expect(texts(before.events)).toEqual(["a", "b"]);
    const end = await on.get({ nextToken: before.nextBackwardToken! });
    expect(end).toMatchObject({ events: [], nextBackwardToken: before.nextBackwardToken });
    const forth = await on.get({ nextToken: end.nextForwardToken!, startFromHead: true });
    expect(texts(forth.events)).toEqual("abcdef".split(""));
  });

  test("tokens of an empty stream find what comes later", async () => {
    const tail = await on.get();
    const head = await on.get({ startFromHead: true });
    expect(tail.events).toEqual([]);
    on.print("first");
    for (const { nextForwardToken } of [tail, head])
      expect(texts((await on.get({ nextToken: nextForwardToken!, startFromHead: true })).events)).toEqual(["first"]);
  });

  test("endTime is exclusive, startTime inclusive", async () => {
    const now = on.at();
    await on.put({ timestamp: now - 2, message: "a" }, { timestamp: now - 1, message: "b" }, { timestamp: now, message: "c" });
    const page = await on.get({ startTime: now - 2, endTime: now, startFromHead: true });
    expect(texts(page.events)).toEqual(["a", "b"]);
  });

  test("a page holds a megabyte, and lines longer than 256 KiB are several events", async () => {
    const line = "€".repeat(130_000);
    on.print(line, line, line, line);
    const first = await on.get({ startFromHead: true });
    const second = await on.get({ startFromHead: true, nextToken: first.nextForwardToken! });
    const sizes = [first, second].map(({ events }) => events!.reduce((sum, { message }) => sum + Buffer.byteLength(message!), 0));
    expect(sizes[0]).toBeLessThanOrEqual(1024 * 1024);
    expect(sizes[0]! + sizes[1]!).toBe(1_560_000);
    expect(first.events!.every(({ message }) => Buffer.byteLength(message!) <= 262_118)).toBe(true);
    expect([...texts(first.events), ...texts(second.events)].join("")).toBe(line.repeat(4));
  });

  test("events of another time stand where their timestamp belongs", async () => {
    const now = on.at();
    await on.put({ timestamp: now, message: "late" });
    await on.put({ timestamp: now - 5000, message: "early" });
    expect(texts((await on.get({ startFromHead: true })).events)).toEqual(["early", "late"]);
  });

  test("an unknown token, and one of yesterday, are refused", async () => {
    const { nextForwardToken } = await on.get({ startFromHead: true });
    await expect(on.get({ nextToken: "f/1/s" })).rejects.toEqual(named("InvalidParameterException", /invalid/));
    await on.bed.clock.advance(dayMs + 1);
    await expect(on.get({ nextToken: nextForwardToken! })).rejects.toEqual(named("InvalidParameterException", /expired/));
  });

  test("names and ARNs", async () => {
    on.print("here");
    const { logGroups } = await on.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: on.group }));
    const identifier = logGroups![0]!.logGroupArn!;
    expect(identifier).toBe(`arn:aws:logs:eu-west-3:${account}:log-group:${on.group}`);
    const page = await on.logs.send(new GetLogEventsCommand({ logGroupIdentifier: identifier, logStreamName: stream }));
    expect(texts(page.events)).toEqual(["here"]);
    await expect(on.get({ logGroupIdentifier: identifier })).rejects.toEqual(named("InvalidParameterException"));
    await expect(on.logs.send(new GetLogEventsCommand({ logStreamName: stream }))).rejects.toEqual(
      named("InvalidParameterException"),
    );
    await expect(on.get({ logGroupName: "no-such" })).rejects.toEqual(
      named("ResourceNotFoundException", /log group does not exist/),
    );
    await expect(on.get({ logStreamName: "no-such" })).rejects.toEqual(
      named("ResourceNotFoundException", /log stream does not exist/),
    );
  });
});

describe("FilterLogEvents", () => {
  const other = "app/other/0123";
  const printThere = (message: string): void =>
    on.store.append({ ...on.place, stream: other }, [{ timestamp: on.at(), message }]);

  test("interleaves streams, and ends where there is no token", async () => {
    for (const index of [0, 1, 2, 3]) {
      on.print(`main ${index}`);
      printThere(`other ${index}`);
    }
    const read = [];
    for await (const page of paginateFilterLogEvents({ client: on.logs, pageSize: 3 }, { logGroupName: on.group }))
      read.push(...page.events!);
    expect(texts(read)).toEqual([0, 1, 2, 3].flatMap((index) => [`main ${index}`, `other ${index}`]));
    expect(new Set(read.map(({ eventId }) => eventId)).size).toBe(8);
    expect(read[0]).toMatchObject({ eventId: expect.stringMatching(/^\d{56}$/), logStreamName: stream });
  });

  test("endTime is inclusive", async () => {
    const now = on.at();
    await on.put({ timestamp: now - 1, message: "a" }, { timestamp: now, message: "b" }, { timestamp: now + 1, message: "c" });
    expect(texts((await on.filter({ startTime: now - 1, endTime: now })).events)).toEqual(["a", "b"]);
  });

  test("streams by name or prefix, not both", async () => {
    on.print("a");
    printThere("b");
    expect(texts((await on.filter({ logStreamNames: [other] })).events)).toEqual(["b"]);
    expect(texts((await on.filter({ logStreamNamePrefix: "app/main" })).events)).toEqual(["a"]);
    await expect(on.filter({ logStreamNames: [other], logStreamNamePrefix: "app" })).rejects.toEqual(
      named("InvalidParameterException"),
    );
    await expect(on.filter({ logStreamNames: ["none"] })).rejects.toEqual(named("ResourceNotFoundException"));
  });

  test("newest first, in pages, where startFromHead is false", async () => {
    on.print(..."abc".split(""));
    const first = await on.filter({ startFromHead: false, limit: 2 });
    expect(texts(first.events)).toEqual(["c", "b"]);
    const second = await on.filter({ nextToken: first.nextToken! });
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
    on.print("ERROR a", "ERROR b WARN", "INFO c");
    expect(texts((await on.filter({ filterPattern })).events)).toEqual(expected);
  });

  test.each([
    ['{ $.level = "error" }', [0]],
    ['{ $.level = "*r*" }', [0, 1]],
    ["{ $.level = info }", []],
    ['{ $.level != "error" }', [1]],
    ["{ $.code >= 500 && $.code < 600 }", [0]],
    ["{ ($.code = 200) || ($.code = 500) }", [0, 1]],
    ['{ $.code = 200 || $.code = 500 && $.level = "warn" }', [1]],
    ["{ $.tags[1] = %^b% }", [0]],
    ["{ $.user.name IS NULL }", [1]],
    ["{ $.ok IS TRUE }", [0]],
    ["{ $.user NOT EXISTS }", [0]],
  ])("the pattern %s", async (filterPattern, expected) => {
    const lines = [
      JSON.stringify({ level: "error", code: 500, tags: ["a", "b"], ok: true }),
      JSON.stringify({ level: "warn", code: 200, user: { name: null }, ok: false }),
      "error 500",
    ];
    on.print(...lines);
    expect(texts((await on.filter({ filterPattern })).events)).toEqual(expected.map((index) => lines[index]));
  });

  test.each([
    "{ $.a }",
    "{ $.a = }",
    "{ a = 1 }",
    "{ $.a = 1",
    "{ $.a = 1 } x",
    "{ $.a ~ 1 }",
    "[a, b]",
    '"open',
    "{ $.a IS 1 }",
    "%[%",
    "{ $.a = %(% }",
  ])("the pattern %s is refused", async (filterPattern) => {
    await expect(on.filter({ filterPattern })).rejects.toEqual(named("InvalidParameterException"));
  });
});

describe("PutLogEvents", () => {
  test("leaves out what is too old, expired or too new, and says so", async () => {
    await on.logs.send(new PutRetentionPolicyCommand({ logGroupName: on.group, retentionInDays: 7 }));
    const times = [-15 * dayMs, -8 * dayMs, -1000, 0, 3 * 3_600_000].map((ms) => on.at(ms));
    const { rejectedLogEventsInfo } = await on.put(...times.map((timestamp, index) => ({ timestamp, message: `${index}` })));
    expect(rejectedLogEventsInfo).toEqual({
      tooOldLogEventEndIndex: 1,
      expiredLogEventEndIndex: 2,
      tooNewLogEventStartIndex: 4,
    });
    expect(texts((await on.get({ startFromHead: true })).events)).toEqual(["2", "3"]);
  });

  test.each([
    ["not in order", () => [on.at(), on.at(-1)].map((timestamp) => ({ timestamp, message: "x" })), /chronological order/],
    ["over a day", () => [on.at(-dayMs - 1), on.at()].map((timestamp) => ({ timestamp, message: "x" })), /24 hours/],
    ["too large", () => [0, 1].map(() => ({ timestamp: on.at(), message: "x".repeat(600_000) })), /exceeds limit of 1048576/],
    ["an event too large", () => [{ timestamp: on.at(), message: "x".repeat(1_048_570) }], /exceeds limit of 1048576/],
  ])("a batch that is %s is refused", async (_, events, message) => {
    await expect(on.put(...events())).rejects.toEqual(named("InvalidParameterException", message));
    expect((await on.get()).events).toEqual([]);
  });

  test("the stream has to exist", async () => {
    await on.logs.send(new DeleteLogStreamCommand({ logGroupName: on.group, logStreamName: stream }));
    await expect(on.put({ timestamp: on.at(), message: "x" })).rejects.toEqual(named("ResourceNotFoundException"));
  });
});

describe("faults", () => {
  test("empty pages in between have other tokens, and hide nothing", async () => {
    on.print(..."abc".split(""));
    on.bed.faults.add({ operation: "logs:GetLogEvents", fault: { kind: "logs:empty-page" }, times: 2 });
    const tokens: (string | undefined)[] = [undefined];
    const read = [];
    do {
      const token = tokens.at(-1);
      const page = await on.get({ startFromHead: true, ...(token && { nextToken: token }) });
      read.push(page.events!.length);
      tokens.push(page.nextForwardToken);
    } while (tokens.at(-1) !== tokens.at(-2));
    expect(read).toEqual([0, 0, 3, 0]);
    on.bed.faults.add({ operation: "logs:FilterLogEvents", fault: { kind: "logs:empty-page" }, times: 2 });
    const pages = [];
    for await (const page of paginateFilterLogEvents({ client: on.logs }, { logGroupName: on.group }))
      pages.push(page.events!.length);
    expect(pages).toEqual([0, 0, 3]);
  });

  test("late lines are seen later, and have been ingested then", async () => {
    on.bed.faults.add({ operation: "logs:append", fault: { kind: "logs:late", ms: 60_000 }, times: 1 });
    on.print("late");
    on.print("in time");
    expect(texts((await on.get({ startFromHead: true })).events)).toEqual(["in time"]);
    await on.bed.clock.advance(60_000);
    const { events } = await on.get({ startFromHead: true });
    expect(texts(events)).toEqual(["late", "in time"]);
    expect(events![0]!.ingestionTime! - events![0]!.timestamp!).toBeGreaterThanOrEqual(60_000);
  });

  test("out of order: what was printed later is seen earlier, and a token that is past the rest does not find it", async () => {
    on.bed.faults.add({ operation: "logs:append", fault: { kind: "logs:out-of-order", ms: 5000 } });
    on.print(..."abcd".split(""));
    const { events, nextForwardToken } = await on.get({ startFromHead: true });
    expect(events).toHaveLength(2);
    await on.bed.clock.advance(5000);
    expect(texts((await on.get({ startFromHead: true })).events)).toEqual("abcd".split(""));
    const rest = texts((await on.get({ startFromHead: true, nextToken: nextForwardToken! })).events);
    expect(rest.length).toBeLessThan(2);
  });

  test("throttling", async () => {
    on.bed.faults.add({ operation: "logs:*", fault: { kind: "throttle" }, times: 1 });
    await expect(on.get()).rejects.toEqual(named("ThrottlingException", /Rate exceeded/));
    expect((await on.get()).events).toEqual([]);
  });
});

test("a container's lines need the group, and make the stream", async () => {
  expect(() => on.store.append({ ...on.place, group: "none" }, [])).toThrow("The specified log group does not exist.");
  on.store.append({ ...on.place, stream: "new" }, [{ timestamp: on.at(), message: "" }]);
  await expect(on.get({ logStreamName: "new" })).rejects.toEqual(named("ResourceNotFoundException"));
  on.store.append({ ...on.place, stream: "new" }, [{ timestamp: on.at(), message: "hello" }]);
  expect(texts((await on.get({ logStreamName: "new" })).events)).toEqual(["hello"]);
});

test("every answer and every error is as the service's model says", () => {
  const entries = on.bed.journal.entries();
  expect(entries.filter(({ error }) => error === undefined).length).toBeGreaterThan(30);
  expect(entries.filter(({ error }) => error !== undefined).length).toBeGreaterThan(5);
  expect(nonconforming(on.bed)).toEqual([]);
});
