import { expect, test } from "vitest";
import { VirtualClock } from "../src/virtual-clock.ts";

test("advance wakes sleepers at their moments, in order, also those that sleep again", async () => {
  const clock = new VirtualClock({ startsAt: 1000 });
  const woken: [string, number][] = [];
  const every = async (name: string, ms: number): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) {
      await clock.sleep(ms);
      woken.push([name, Math.round((clock.now() - 1000) / 1000)]);
    }
  };
  const all = Promise.all([every("a", 10_000), every("b", 4000)]);
  await clock.advance(30_500);
  await all;
  expect(woken).toEqual([
    ["b", 4],
    ["b", 8],
    ["a", 10],
    ["b", 12],
    ["a", 20],
    ["a", 30],
  ]);
  expect(clock.now()).toBeGreaterThanOrEqual(31_500);
});

test("goes on by itself, as many times as fast as it is told", async () => {
  const clock = new VirtualClock({ speed: 1000 });
  const begun = performance.now();
  await clock.sleep(100_000);
  const tookMs = performance.now() - begun;
  expect(tookMs * 1000).toBeGreaterThanOrEqual(99_000);
});

test("an abort ends a sleep with its reason, and closing it with an error", async () => {
  const clock = new VirtualClock();
  const abort = new AbortController();
  const asleep = clock.sleep(60_000, abort.signal);
  abort.abort(new Error("enough"));
  await expect(asleep).rejects.toThrow("enough");
  const other = clock.sleep(60_000);
  clock.close();
  await expect(other).rejects.toThrow("closed");
  await expect(clock.sleep(1)).rejects.toThrow("closed");
});

test("refuses to stand still or go back", async () => {
  expect(() => new VirtualClock({ speed: 0 })).toThrow(RangeError);
  await expect(new VirtualClock().advance(-1)).rejects.toThrow(RangeError);
});
