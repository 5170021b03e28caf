import { type LogCursor, type LogRecord, memoryStore } from "@longshore/core";
import { describe, expect, test } from "vitest";
import { gapsOf, textsOf, World } from "./world.ts";

/** Lines of a hundred bytes, numbered, so many at a time with a pause after each. */
const lines = (count: number, { at = 2000, pause = 0.1 } = {}): string =>
  `n=0; while [ $n -lt ${count} ]; do awk -v from=$n 'BEGIN { for (i = from; i < from + ${at}; i++) printf "%07d %091d\\n", i, 0 }'; n=$((n+${at})); sleep ${pause}; done`;
const numbersIn = (records: readonly LogRecord[]): readonly (number | "gap")[] =>
  records.map((record) => ("text" in record ? Number(record.text.slice(0, 7)) : "gap"));

/** In order, each once, and a gap wherever one is missing. */
function assertHonest(records: readonly LogRecord[], count: number): void {
  let next = 0;
  let gap = false;
  for (const number of numbersIn(records)) {
    if (number === "gap") {
      expect(gap).toBe(false);
      gap = true;
      continue;
    }
    if (gap) expect(number).toBeGreaterThan(next);
    else expect(number).toBe(next);
    gap = false;
    next = number + 1;
  }
  expect([next, gap]).toEqual([count, false]);
}

describe("more than Container Instances keep", () => {
  const count = 100_000;
  test("10 MB in 5 s, captured while it runs: what is lost is a gap, all else is there once and in order", async () => {
    const store = memoryStore();
    await using world = await World.open({}, { open: { store }, config: { pollMs: 500 } });
    const spec = world.task(`${lines(count)}`);
    await world.runtime.start(spec);
    const followed = await Array.fromAsync(world.runtime.logs(spec.id, { follow: true }));
    assertHonest(followed, count);
    const other = await world.another({ open: { store } });
    const again = await Array.fromAsync(other.logs(spec.id));
    expect(numbersIn(again)).toEqual(numbersIn(followed));
    console.log(`10 MB in 5 s: ${textsOf(followed).length} of ${count} lines, ${gapsOf(followed)} gaps`);
    expect(textsOf(followed).length).toBeGreaterThan(count / 2);
  }, 60_000);
  test("the same with a pause between looks in which the window slides, since no attach tells that something was said", async () => {
    const store = memoryStore();
    const refused = { operation: "aci:Attach", fault: { kind: "arm:error", code: "AuthorizationFailed", status: 403 } } as const;
    await using world = await World.open({ faults: [refused] }, { open: { store }, config: { pollMs: 2500 } });
    const spec = world.task(`${lines(count)}; echo "${count - 1}" >/dev/null`);
    await world.runtime.start(spec);
    const followed = await Array.fromAsync(world.runtime.logs(spec.id, { follow: true }));
    assertHonest(followed, count);
    expect(gapsOf(followed)).toBeGreaterThan(0);
  }, 60_000);
  test("without a store, what has ended shows its last lines behind a gap", async () => {
    await using world = await World.open();
    const spec = world.task(lines(20_000, { pause: 0 }));
    await world.runtime.start(spec);
    await world.runtime.wait(spec.id);
    const records = await Array.fromAsync(world.runtime.logs(spec.id, { follow: true }));
    assertHonest(records, 20_000);
    expect(gapsOf(records)).toBe(1);
    expect(numbersIn(records)[0]).toBe("gap");
  });
  test("a cursor whose line is gone goes on behind a gap", async () => {
    await using world = await World.open();
    const spec = world.task(
      `${lines(100, { at: 100, pause: 1.5 })}; ${lines(5000, { at: 5000, pause: 0 }).replace("n=0", "n=100").replace("-lt 5000", "-lt 5000")}`,
    );
    await world.runtime.start(spec);
    let cursor: LogCursor | undefined;
    for await (const record of world.runtime.logs(spec.id, { follow: true })) {
      ({ cursor } = record);
      break;
    }
    await world.runtime.wait(spec.id);
    const rest = await Array.fromAsync(world.runtime.logs(spec.id, { cursor: cursor!, follow: true }));
    const numbers = numbersIn(rest);
    expect(numbers[0]).toBe("gap");
    expect(numbers.slice(1)).toEqual(
      Array.from({ length: numbers.length - 1 }, (_, index) => 5100 - (numbers.length - 1) + index),
    );
  });
});

test("what nobody reads is captured by whoever has it open, and another process goes on", async () => {
  const store = memoryStore();
  await using world = await World.open({}, { open: { store } });
  const spec = world.task(lines(6000, { at: 500, pause: 0.25 }));
  await world.runtime.start(spec);
  await expect.poll(async () => (await world.runtime.inspect(spec.id)).kind).toBe("task");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await world.runtime[Symbol.asyncDispose]();
  const second = await world.another({ open: { store } });
  await second.wait(spec.id);
  const third = await world.another({ open: { store } });
  const records = await Array.fromAsync(third.logs(spec.id, { follow: true }));
  assertHonest(records, 6000);
  expect(textsOf(records).length).toBeGreaterThan(5000);
  await third.remove(spec.id);
  expect(await Array.fromAsync(store.list("spool/", new AbortController().signal))).toEqual([]);
}, 30_000);

test("what a program says is looked at when it is said, long before it is time", async () => {
  await using world = await World.open({}, { config: { pollMs: 600_000 } });
  const spec = world.task("echo first; sleep 3; echo second; sleep 300");
  await world.runtime.start(spec);
  await expect.poll(() => world.runtime.inspect(spec.id), { timeout: 20_000 }).toMatchObject({ state: { phase: "running" } });
  const seen: string[] = [];
  for await (const record of world.runtime.logs(spec.id, { follow: true })) {
    seen.push(...textsOf([record]));
    if (seen.at(-1) === "second") break;
  }
  expect(seen).toEqual(["first", "second"]);
});

test("two who capture at once keep each line once", async () => {
  const store = memoryStore();
  await using world = await World.open({}, { open: { store } });
  const spec = world.task(lines(3000, { at: 100, pause: 0.05 }));
  await world.runtime.start(spec);
  const others = [await world.another({ open: { store } }), await world.another({ open: { store } })];
  const all = await Promise.all(others.map((runtime) => Array.fromAsync(runtime.logs(spec.id, { follow: true }))));
  for (const records of all) assertHonest(records, 3000);
}, 30_000);
