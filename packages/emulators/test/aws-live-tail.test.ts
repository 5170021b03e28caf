import { CloudWatchLogsClient, StartLiveTailCommand, type StartLiveTailResponseStream } from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { LogStore } from "../src/aws/logs/log-store.ts";
import { createLogsService } from "../src/aws/logs/logs-service.ts";
import { serveAws, type AwsBed } from "./aws-kit.ts";

let bed: AwsBed;
let store: LogStore;
const clients: CloudWatchLogsClient[] = [];
const account = "123456789012";
const arn = `arn:aws:logs:eu-west-3:${account}:log-group:tailed`;
const place = { account, region: "eu-west-3", group: "tailed", stream: "app/main/1" };

beforeAll(async () => {
  bed = await serveAws(async ({ clock, faults }) => {
    store = new LogStore({ clock, faults });
    return [await createLogsService(store)];
  });
  store.createGroup(place);
});
beforeEach(() => bed.faults.clear());
afterAll(async () => {
  for (const client of clients) client.destroy();
  await bed.close();
});

const print = (count: number, stream = place.stream): void =>
  store.append(
    { ...place, stream },
    Array.from({ length: count }, (_, index) => ({ timestamp: bed.clock.now(), message: `line ${index}` })),
  );

interface Tail {
  next(): Promise<StartLiveTailResponseStream | undefined>;
  /** Closes the connection. */
  stop(): void;
}
async function tail(input: Partial<StartLiveTailCommand["input"]> = {}): Promise<Tail> {
  const logs = new CloudWatchLogsClient({ ...bed.client, disableHostPrefix: true });
  clients.push(logs);
  const { responseStream } = await logs.send(new StartLiveTailCommand({ logGroupIdentifiers: [arn], ...input }));
  const events = responseStream![Symbol.asyncIterator]();
  return {
    next: async () => ((await events.next()) as { value?: StartLiveTailResponseStream }).value,
    stop: () => logs.destroy(),
  };
}
/** The next update, which the emulator's clock has to be moved on for. */
async function update(session: Tail) {
  const next = session.next();
  await bed.clock.advance(1000);
  return (await next)?.sessionUpdate;
}

test("a session begins, and tells each second what has come", async () => {
  const session = await tail({ logEventFilterPattern: "line" });
  const start = await session.next();
  expect(start?.sessionStart).toMatchObject({ logGroupIdentifiers: [arn], logEventFilterPattern: "line" });
  expect((await update(session))?.sessionResults).toEqual([]);
  print(2);
  const told = await update(session);
  expect(told).toMatchObject({
    sessionMetadata: { sampled: false },
    sessionResults: [
      { message: "line 0", logStreamName: place.stream, logGroupIdentifier: `${account}:tailed` },
      { message: "line 1" },
    ],
  });
  session.stop();
});

test("more than 500 events a second are sampled", async () => {
  const session = await tail();
  await session.next();
  print(1200);
  const told = await update(session);
  expect(told?.sessionMetadata).toEqual({ sampled: true });
  expect(told?.sessionResults).toHaveLength(500);
  session.stop();
});

test("streams by name and by prefix", async () => {
  const sessions = [await tail({ logStreamNames: ["other"] }), await tail({ logStreamNamePrefixes: ["app/"] })];
  for (const session of sessions) await session.next();
  print(1);
  print(2, "other");
  const waiting = sessions.map((session) => session.next());
  await bed.clock.advance(1000);
  const counts = (await Promise.all(waiting)).map((told) => told?.sessionUpdate?.sessionResults?.length);
  expect(counts).toEqual([2, 1]);
  for (const session of sessions) session.stop();
});

test("after three hours the session ends with an exception", async () => {
  const session = await tail();
  await session.next();
  const next = (async () => {
    for (;;) if (!(await session.next())?.sessionUpdate) return;
  })();
  const failed = expect(next).rejects.toMatchObject({ name: "SessionTimeoutException" });
  await bed.clock.advance(3 * 60 * 60 * 1000);
  await failed;
});

test("at most 15 sessions at once; one that is left makes room", async () => {
  const sessions = [];
  for (let index = 0; index < 15; index++) sessions.push(await tail());
  await expect(tail()).rejects.toMatchObject({ name: "LimitExceededException" });
  for (const session of sessions) {
    await session.next();
    session.stop();
  }
  await expect
    .poll(async () =>
      tail()
        .then(async (session) => (session.stop(), "open"))
        .catch(String),
    )
    .toBe("open");
});

test.each([
  ["a name for an ARN", { logGroupIdentifiers: ["tailed"] }, "InvalidParameterException"],
  ["an ARN with its star", { logGroupIdentifiers: [`${arn}:*`] }, "InvalidParameterException"],
  ["a group that is missing", { logGroupIdentifiers: [`${arn}-not`] }, "ResourceNotFoundException"],
  ["names and prefixes", { logStreamNames: ["a"], logStreamNamePrefixes: ["b"] }, "InvalidParameterException"],
  ["streams of two groups", { logGroupIdentifiers: [arn, arn], logStreamNames: ["a"] }, "InvalidParameterException"],
])("%s is refused", async (_, input, name) => {
  await expect(tail(input)).rejects.toMatchObject({ name });
});
