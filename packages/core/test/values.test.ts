import {
  instant,
  isLegalTransition,
  LongshoreError,
  nearestWord,
  owner,
  parseCpu,
  parseDuration,
  parseMemory,
  specHash,
  taskTransitions,
  type TaskSpec,
  workloadId,
} from "../src/index.ts";
import { decideEnding, nativeName } from "../src/driver-entry.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (LongshoreError.is(error)) return error.code;
    throw error;
  }
  return "none";
};

describe("ids and names", () => {
  test.each(["", "A", "1a", "a-", "a--b", "-a", "a_b", "a".repeat(41), "a\n"])("%j is no id", (bad) => {
    expect(codeOf(() => workloadId(bad))).toBe("invalid-argument");
  });
  test("a name is readable where it fits, hashed where not, and never the same for two", () => {
    const long = workloadId("a".repeat(40));
    expect(nativeName(owner("acme"), workloadId("api-1"), 36)).toBe("acme-api-1");
    const hashed = nativeName(owner("acme"), long, 36);
    expect(hashed).toMatch(/^l[0-9a-f]{35}$/);
    expect(nativeName(owner("acme"), long, 36)).toBe(hashed);
    expect(nativeName(owner("acm"), long, 36)).not.toBe(hashed);
    expect(() => nativeName(owner("acme"), long, 16)).toThrow(RangeError);
  });
  test("two pairs of owner and id never share a name, at any limit", () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9]{0,19}$/);
    const id = fc.stringMatching(/^[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,3}$/);
    const pair = fc.tuple(word, id);
    fc.assert(
      fc.property(pair, pair, fc.integer({ min: 17, max: 63 }), ([o1, i1], [o2, i2], limit) => {
        fc.pre(o1 !== o2 || i1 !== i2);
        const [one, two] = [nativeName(owner(o1), workloadId(i1), limit), nativeName(owner(o2), workloadId(i2), limit)];
        return one !== two && one.length <= limit;
      }),
    );
  });
});

describe("units and times", () => {
  test("are exact", () => {
    expect([parseCpu(0.5), parseCpu("500m"), parseCpu(0.1 + 0.2)]).toEqual([500, 500, 300]);
    expect([parseMemory("256Mi"), parseMemory("2Gi")]).toEqual([256, 2048]);
    expect(["500ms", "10s", "1.5m", "2h"].map(parseDuration)).toEqual([500, 10_000, 90_000, 7_200_000]);
    expect(instant("2026-01-01T02:00:00.123456789+02:00")).toBe("2026-01-01T00:00:00.123456789Z");
    expect(instant(0)).toBe("1970-01-01T00:00:00.000000000Z");
  });
  test.each([0, -1, Number.NaN, 0.0001, "m", "-1m", "1e3", null, Number.POSITIVE_INFINITY])("%j is no cpu", (bad) => {
    expect(codeOf(() => parseCpu(bad))).toBe("invalid-spec");
  });
  test.each(["0Mi", "256MB", "256", 256, "-1Mi", "1.5Gi", "lots"])("%j is no memory", (bad) => {
    expect(codeOf(() => parseMemory(bad))).toBe("invalid-spec");
  });
  test.each(["yesterday", "2026-01-01", "2026-13-01T00:00:00Z", Number.NaN])("%j is no time", (bad) => {
    expect(codeOf(() => instant(bad))).toBe("invalid-argument");
  });
});

describe("a spec's hash", () => {
  const spec: TaskSpec = { kind: "task", id: workloadId("a"), command: ["x"], env: { A: "1", B: "2" } };
  test("does not depend on how the spec was written down", () => {
    const other: TaskSpec = { env: { B: "2", A: "1" }, command: ["x"], id: workloadId("a"), kind: "task" };
    expect(specHash(other, {})).toBe(specHash(spec, {}));
  });
  test("depends on every value and on the order of arguments", () => {
    expect(specHash({ ...spec, env: { A: "1", B: "3" } }, {})).not.toBe(specHash(spec, {}));
    const [one, two] = [specHash({ ...spec, command: ["a", "b"] }, {}), specHash({ ...spec, command: ["b", "a"] }, {})];
    expect(one).not.toBe(two);
  });
});

describe("endings", () => {
  const finishedAt = instant(0);
  const evidence = "test";
  test.each([
    [{ exit: { code: 0, evidence } }, "succeeded", undefined],
    [{ exit: { code: 0, oomKilled: true, evidence } }, "succeeded", undefined],
    [{ exit: { code: 3, evidence } }, "failed", "exit-code"],
    [{ exit: { code: 137, oomKilled: true, evidence } }, "failed", "out-of-memory"],
    [{ exit: { signal: "SIGSEGV", evidence } }, "failed", "signal"],
    [{ exit: { code: 0, signal: "SIGKILL", evidence } }, "failed", "signal"],
    [{ exit: { evidence } }, "failed", "exit-unknown"],
    [{}, "failed", "exit-unknown"],
    [{ exit: { code: 0, evidence }, intent: "stopped" as const }, "stopped", "stopped"],
    [{ exit: { code: 0, evidence }, intent: "timed-out" as const }, "timed-out", "time-limit"],
  ])("%j is %s", (given, outcome, code) => {
    const ending = decideEnding({ finishedAt, ...given });
    expect([ending.outcome, "diagnosis" in ending ? ending.diagnosis.code : undefined]).toEqual([outcome, code]);
  });
  test("phases are never gone back to", () => {
    const order = ["pending", "running", "stopping", "exited"] as const;
    for (const from of order) {
      for (const to of order) expect(isLegalTransition(from, to)).toBe(order.indexOf(to) >= order.indexOf(from));
      expect(taskTransitions[from].includes(from)).toBe(false);
    }
  });
});

test("errors are known by their mark, also from another copy, and survive JSON without their cause", () => {
  const error = new LongshoreError("m", { code: "conflict", operation: "start", cause: new Error("secret") });
  expect(JSON.parse(JSON.stringify(error))).toEqual(error.toJSON());
  expect(JSON.stringify(error)).not.toContain("secret");
  const foreign = { [Symbol.for("longshore.error")]: true, code: "conflict" };
  expect([LongshoreError.is(foreign, "conflict"), LongshoreError.is(foreign, "timeout"), LongshoreError.is(null)]).toEqual([
    true,
    false,
    false,
  ]);
});

test("a near word is offered, a far one is not", () => {
  expect([nearestWord("comand", ["command", "env"]), nearestWord("xyzzy", ["command", "env"])]).toEqual(["command", undefined]);
});
