import { MergedBatches, readJsonLines } from "@longshore/core/driver";
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
