import { expect, test } from "vitest";
import { textsOf, World } from "./world.ts";

/** So many tasks at once; LONGSHORE_FULL takes three hundred, and the minutes that they need. */
const isFull = process.env["LONGSHORE_FULL"] === "1";
const count = isFull ? 300 : 60;
/** Of a whole project, and Cloud Logging's own (cloud.google.com/logging/quotas). */
const callsPerMinute = 60;
/** What this process takes of them: in a sample little, so that it matters within half a minute. */
const share = isFull ? 50 : 8;
const minuteMs = 60_000;
const linesEach = 20;
const spread = "n=0; while [ $n -lt 20 ]; do echo line $n; n=$((n+1)); sleep 0.2; done";

const sampleMs = 500;

/** How often an operation was asked for until now, over and over: the journal itself forgets what is long ago. */
function sampled(world: World, operation: string): Disposable & { readonly mostInAMinute: () => number } {
  const counts: number[] = [0];
  const timer = setInterval(() => counts.push(world.emulator.journal.counts[operation] ?? 0), sampleMs);
  const window = minuteMs / sampleMs;
  const mostInAMinute = (): number =>
    Math.max(...counts.map((calls, index) => calls - (counts[Math.max(0, index - window)] ?? 0)));
  return { mostInAMinute, [Symbol.dispose]: () => clearInterval(timer) };
}

test(`${count} tasks at once: within ${share} of Cloud Logging's ${callsPerMinute} calls a minute, every line once`, async () => {
  await using world = await World.open(
    { quotas: true },
    { logCallsPerMinute: share, pollMs: 500, logQuietMs: 3000, logOverlapMs: 3000 },
  );
  const { runtime, emulator } = world;
  using calls = sampled(world, "logging:ListLogEntries");
  const specs = Array.from({ length: count }, () => world.task(spread));
  const follow = async ({ id }: (typeof specs)[number]): Promise<readonly string[]> =>
    textsOf(await Array.fromAsync(runtime.logs(id, { follow: true })));
  await Promise.all(specs.map((spec) => runtime.start(spec)));
  const [texts, endings] = await Promise.all([
    Promise.all(specs.map(follow)),
    Promise.all(specs.map(({ id }) => runtime.wait(id))),
  ]);
  const most = calls.mostInAMinute();
  console.log(`${count} tasks: at most ${most} entries.list in a minute; ${JSON.stringify(emulator.journal.counts)}`);
  const wanted = Array.from({ length: linesEach }, (_, index) => `line ${index}`);
  expect(endings.filter(({ outcome }) => outcome !== "succeeded")).toEqual([]);
  expect(texts.filter((own) => JSON.stringify(own) !== JSON.stringify(wanted))).toEqual([]);
  const refused = emulator.journal.entries("logging:ListLogEntries").filter(({ error }) => error !== undefined);
  expect(refused).toEqual([]);
  expect(most).toBeLessThanOrEqual(share);
}, 900_000);
