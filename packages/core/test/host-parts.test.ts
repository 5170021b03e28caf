import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  combineSecrets,
  environmentSecrets,
  fileSecrets,
  fileStore,
  memoryStore,
  type Store,
  tokenBucket,
} from "../src/index.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SecretMask } from "../src/secret-mask.ts";

const { signal } = new AbortController();
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "longshore-core-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each<[string, () => readonly [Store, Store]]>([
  ["memory", () => [memoryStore(), memoryStore()].slice(0, 1).flatMap((store) => [store, store]) as never],
  ["files", () => [fileStore(join(folder, "a", "b")), fileStore(join(folder, "a", "b"))]],
])("a store in %s", (_name, make) => {
  test("gives back what was put, to another process too, and lists by prefix", async () => {
    const [one, two] = make();
    await one.put("claims/acme/x y/é", "1", signal);
    await one.put("claims/acme/z", "2", signal);
    await one.put("debts/acme/z", "3", signal);
    await one.put("claims/acme/z", "4", signal);
    expect(await two.get("claims/acme/x y/é", signal)).toBe("1");
    expect(await two.get("claims/acme/z", signal)).toBe("4");
    expect(await two.get("nothing", signal)).toBeUndefined();
    expect((await Array.fromAsync(two.list("claims/acme/", signal))).sort()).toEqual(["claims/acme/x y/é", "claims/acme/z"]);
    await two.delete("claims/acme/z", signal);
    await two.delete("claims/acme/z", signal);
    expect(await one.get("claims/acme/z", signal)).toBeUndefined();
  });
  test("one claim of many wins, and its value stands", async () => {
    const stores = make();
    const tries = Array.from({ length: 20 }, (_, n) => (stores[n % 2] as Store).claim("c/1", String(n), signal));
    const won = (await Promise.all(tries)).flatMap((mine, n) => (mine ? [String(n)] : []));
    expect(won).toHaveLength(1);
    expect(await stores[0].get("c/1", signal)).toBe(won[0]);
  });
});

test("a file store leaves nothing half written beside its values", async () => {
  const store = fileStore(join(folder, "c"));
  await Promise.all([store.put("a", "1", signal), store.claim("a", "2", signal), store.claim("a", "3", signal)]);
  expect(await readdir(join(folder, "c"))).toEqual(["a"]);
});

describe("secrets", () => {
  const resolver = combineSecrets({ env: environmentSecrets({ TOKEN: "hunter22" }), file: fileSecrets() });
  test("come from the environment and from files", async () => {
    await writeFile(join(folder, "s"), "two\nlines\n");
    expect(await resolver.resolve("env:TOKEN", signal)).toBe("hunter22");
    expect(await resolver.resolve(`file:${join(folder, "s")}`, signal)).toBe("two\nlines\n");
  });
  test.each([
    ["env:NOPE", /NOPE is not set/],
    ["file:/nowhere", /cannot be read/],
    ["vault:x", /expected env:… or file:…/],
    ["toString:x", /expected env:…/],
  ])("%s is refused by name", async (key, message) => {
    await expect(resolver.resolve(key, signal)).rejects.toThrow(message);
  });
  test("that were resolved are masked in texts, line by line, the longest first", async () => {
    const mask = new SecretMask();
    const watched = mask.watching({ resolve: async (key) => key });
    for (const value of ["abcd", "abcdef", "a+b(c", "first line\nsecond line", "no"]) await watched.resolve(value, signal);
    expect(mask.mask("abcdef abcd a+b(c no first line|second line")).toBe("*** *** *** no ***|***");
  });
});

test("a token bucket lets a burst through, then waits its turn; a throttled answer stops everyone", async () => {
  const slept: number[] = [];
  const clock = { now: () => "" as never, sleep: async (ms: number) => void slept.push(ms) };
  const bucket = tokenBucket({ perSecond: 1000, burst: 3, clock });
  for (let n = 0; n < 3; n++) await bucket.take("x", signal);
  expect(slept).toEqual([]);
  bucket.throttled(40);
  const stop = new AbortController();
  const waiting = tokenBucket({ perSecond: 0.001, burst: 1 });
  await waiting.take("x", stop.signal);
  const second = waiting.take("x", stop.signal);
  const third = waiting.take("x", signal);
  stop.abort(new Error("enough"));
  await expect(second).rejects.toThrow("enough");
  third.catch(() => {});
  const before = performance.now();
  await bucket.take("x", signal);
  expect(performance.now() - before).toBeGreaterThanOrEqual(39);
});
