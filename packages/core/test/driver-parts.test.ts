import { gather, InFlight, MergedBatches, neverAborted, readJsonLines, Turns } from "@longshore/core/driver";
import { describe, expect, test } from "vitest";

async function* once<T>(...batches: readonly (readonly T[])[]): AsyncGenerator<readonly T[], void, void> {
  yield* batches;
}
async function* torn(text: string, size: number): AsyncGenerator<Buffer, void, void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("batches of several sources", () => {
  test("as they come, until all is taken; what one source throws ends the whole", async () => {
    const merged = new MergedBatches<number>();
    const over = Promise.all([merged.add(once([1], [2])), merged.add(once([3]))]).then(() => {});
    const seen = (await Array.fromAsync(merged.read(over, new AbortController().signal))).flat();
    expect(seen.toSorted()).toEqual([1, 2, 3]);
    const broken = new MergedBatches<number>();
    const failing = broken.add(
      (async function* () {
        yield [1];
        throw new Error("broke");
      })(),
    );
    await expect(Array.fromAsync(broken.read(failing, new AbortController().signal))).rejects.toThrow("broke");
  });
});

describe("JSON lines", () => {
  test.each([1, 2, 7, 1000])("torn after every %d bytes, inside characters too", async (size) => {
    const lines = readJsonLines(torn('{"a":"é"}\r\n\n{"a":2}\n{"a":3}', size));
    expect(await Array.fromAsync(lines)).toEqual([{ a: "é" }, { a: 2 }, { a: 3 }]);
  });
  test("a last line that was cut off is none; one in between is an error", async () => {
    expect(await Array.fromAsync(readJsonLines(torn('{"a":1}\n{"a":', 3)))).toEqual([{ a: 1 }]);
    await expect(Array.fromAsync(readJsonLines(torn('{"a":\n{"a":1}\n', 3)))).rejects.toThrow(SyntaxError);
  });
  test("values as the reader wants them", async () => {
    const lines = readJsonLines(torn('{"at":"2026-01-01"}\n', 5), (key, value) =>
      key === "at" ? Date.parse(String(value)) : value,
    );
    expect(await Array.fromAsync(lines)).toEqual([{ at: Date.parse("2026-01-01") }]);
  });
});

describe("asked together", () => {
  const never = new AbortController().signal;
  const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

  test("one call for all who ask at a time, each with its own answer; what nobody knows is undefined", async () => {
    const calls: (readonly string[])[] = [];
    const ask = gather<string, number>(5, async (keys) => {
      calls.push(keys);
      return new Map([["a", 1]]);
    });
    expect(await Promise.all([ask("a", never), ask("b", never), ask("a", never)])).toEqual([1, undefined, 1]);
    expect(calls).toEqual([["a", "b"]]);
    await ask("a", never);
    expect(calls).toEqual([["a", "b"], ["a"]]);
  });
  test("one call at a time: who asks while it is under way is asked for by the next one, together", async () => {
    const asked: (readonly string[])[] = [];
    const finish: (() => void)[] = [];
    const listing = async (keys: readonly string[]): Promise<ReadonlyMap<string, number>> => {
      asked.push(keys);
      await new Promise<void>((resolve) => finish.push(resolve));
      return new Map(keys.map((key) => [key, asked.length]));
    };
    const ask = gather<string, number>(1, listing, { oneAtATime: true });
    const [first, signal] = [ask("a", neverAborted()), neverAborted()];
    await expect.poll(() => asked.length).toBe(1);
    const late = [ask("b", signal), ask("a", signal)];
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(asked).toEqual([["a"]]);
    finish[0]?.();
    expect(await first).toBe(1);
    await expect.poll(() => asked).toEqual([["a"], ["b", "a"]]);
    finish[1]?.();
    expect(await Promise.all(late)).toEqual([2, 2]);
  });
  test("who aborts leaves, the others get their answer; what the call throws all get", async () => {
    const leaving = new AbortController();
    const ask = gather<string, number>(5, async () => new Map([["a", 1]]));
    const [left, stayed] = [ask("a", leaving.signal), ask("a", never)];
    leaving.abort(new Error("left"));
    await expect(left).rejects.toThrow("left");
    expect(await stayed).toBe(1);
    const broken = gather<string, number>(5, () => Promise.reject(new Error("broke")));
    expect(await Promise.allSettled([broken("a", never), broken("b", never)])).toMatchObject([
      { status: "rejected" },
      { status: "rejected" },
    ]);
  });
  test("work of one name is done once at a time, and goes on where nobody waits any more", async () => {
    const inFlight = new InFlight<number>();
    let [begun, ended] = [0, 0];
    const work = async (): Promise<number> => {
      const mine = ++begun;
      await later();
      ended++;
      return mine;
    };
    const leaving = new AbortController();
    const left = inFlight.share("a", work, leaving.signal);
    leaving.abort(new Error("left"));
    await expect(left).rejects.toThrow("left");
    expect(await Promise.all([inFlight.share("a", work, never), inFlight.share("b", work, never)])).toEqual([1, 2]);
    expect([begun, ended]).toEqual([2, 2]);
    expect(await inFlight.share("a", work, never)).toBe(3);
  });
  test("what work throws is not kept", async () => {
    const inFlight = new InFlight<number>();
    await expect(inFlight.share("a", () => Promise.reject(new Error("broke")), never)).rejects.toThrow("broke");
    expect(await inFlight.share("a", async () => 1, never)).toBe(1);
  });
});

test("turns: so many at a time, in line; whoever leaves the line early holds nobody up", async () => {
  const turns = new Turns(1);
  const never = new AbortController().signal;
  const first = await turns.take(never);
  const control = new AbortController();
  const second = turns.take(control.signal);
  const third = turns.take(never);
  control.abort(new Error("enough"));
  await expect(second).rejects.toThrow("enough");
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  const held = await third;
  let isFourth = false;
  const fourth = turns.take(never).then(() => (isFourth = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isFourth).toBe(false);
  held[Symbol.dispose]();
  await fourth;
});
