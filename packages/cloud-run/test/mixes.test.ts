import { LongshoreError, type Ending, type TaskSpec } from "@longshore/core";
import type { Fault, FaultRule } from "@longshore/emulators";
import { describe, expect, test } from "vitest";
import type { Transport } from "./kit.ts";
import { textsOf, World } from "./world.ts";

/** LONGSHORE_FULL takes 200 mixes, LONGSHORE_SEED another row of them. */
const count = process.env["LONGSHORE_FULL"] === "1" ? 200 : 4;
const firstSeed = Number(process.env["LONGSHORE_SEED"] ?? 1);
const probability = 0.05;
const transports = ["grpc", "rest"] as const;

/** Each of them now and then, by the emulator's seed. */
const faults: readonly FaultRule[] = [
  { operation: "*", fault: { kind: "throttle" }, probability },
  { operation: "*", fault: { kind: "lose-reply" }, probability },
  { operation: "*", fault: { kind: "drop-request" }, probability },
  { operation: "*", fault: { kind: "status", status: 502, html: true }, probability },
  { operation: "*", fault: { kind: "latency", ms: 50 }, probability },
  { operation: "*", fault: { kind: "google:error", code: "UNAVAILABLE" }, probability },
  { operation: "*", fault: { kind: "google:error-after", code: "INTERNAL" }, probability },
  { operation: "*", fault: { kind: "grpc:break-connection" }, probability: probability / 5 },
  { operation: "run:CreateJob", fault: { kind: "run:missing-after-run", ms: 300 }, probability },
  { operation: "run:CreateJob", fault: { kind: "run:slow-start", ms: 200 }, probability },
  { operation: "run:CreateJob", fault: { kind: "run:operation-error" }, probability },
  { operation: "logging:ListLogEntries", fault: { kind: "logging:empty-page" }, probability },
  { operation: "logging:append", fault: { kind: "logging:late", ms: 60 }, probability },
  { operation: "logging:append", fault: { kind: "logging:out-of-order", ms: 60 }, probability },
];
/** What nobody can be to blame for: the driver has sent something that the service's description does not allow. */
const malformed = /INVALID_ARGUMENT|UNIMPLEMENTED/;

/** As a caller would: what may work next time is asked for again. */
async function insist<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!LongshoreError.is(error) || !error.retryable || error.code === "throttled" || attempt === 20) throw error;
    }
  }
}
async function lived(world: World, spec: TaskSpec): Promise<{ readonly ending: Ending; readonly texts: readonly string[] }> {
  const { runtime } = world;
  await insist(() => runtime.start(spec));
  const ending = await insist(() => runtime.wait(spec.id));
  const texts = await insist(async () => textsOf(await Array.fromAsync(runtime.logs(spec.id, { follow: true }))));
  return { ending, texts };
}
const codes = [0, 3, 7];
const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`);
const counting = (code: number): string => `n=0; while [ $n -lt 40 ]; do echo line $n; n=$((n+1)); done; exit ${code}`;

/** One run each, every line, the true code, nothing left. */
async function holds(world: World, rules: readonly FaultRule[]): Promise<void> {
  world.emulator.faults.add(...rules);
  const specs = codes.map((code) => world.task(counting(code)));
  const lives = await Promise.all(specs.map((spec) => lived(world, spec)));
  expect(lives.map(({ ending }) => ending.exit?.code)).toEqual(codes);
  expect(lives.map(({ texts }) => texts.toSorted())).toEqual(codes.map(() => lines.toSorted()));
  world.emulator.faults.clear();
  expect(await world.bed.executions()).toHaveLength(codes.length);
  world.emulator.faults.add(...rules);
  await Promise.all(specs.map(({ id }) => insist(() => world.runtime.remove(id))));
  world.emulator.faults.clear();
  expect(await world.bed.natives(world.owner)).toEqual([]);
  const errors = world.emulator.journal
    .entries()
    .flatMap(({ error, operation }) => (error === undefined ? [] : `${operation}: ${error}`));
  expect(errors.filter((error) => malformed.test(error))).toEqual([]);
}
const transportOf = (seed: number): Transport => transports[seed % transports.length]!;

describe("mixes of faults", () => {
  for (const seed of Array.from({ length: count }, (_, index) => firstSeed + index)) {
    test(`seed ${seed} over ${transportOf(seed)}: one run each, every line, the true code, nothing left`, async () => {
      await using world = await World.open({ seed }, { logQuietMs: 500, transport: transportOf(seed) });
      await holds(world, faults);
    }, 180_000);
  }
});

/** Every kind that leaves the work itself as it is, in turn; those that change how it ends are in pitfalls.test.ts. */
const kinds: readonly (readonly [operation: string, fault: Fault])[] = [
  ["*", { kind: "throttle" }],
  ["*", { kind: "lose-reply" }],
  ["*", { kind: "drop-request" }],
  ["*", { kind: "status", status: 503 }],
  ["*", { kind: "latency", ms: 200 }],
  ["*", { kind: "google:error", code: "UNAVAILABLE" }],
  ["*", { kind: "google:error", code: "ABORTED" }],
  ["*", { kind: "google:error-after", code: "INTERNAL" }],
  ["*", { kind: "grpc:break-connection" }],
  ["run:CreateJob", { kind: "run:missing-after-run", ms: 1500 }],
  ["run:CreateJob", { kind: "run:slow-start", ms: 1500 }],
  ["run:CreateJob", { kind: "run:operation-error" }],
  ["logging:ListLogEntries", { kind: "logging:empty-page" }],
  ["logging:append", { kind: "logging:late", ms: 150 }],
  ["logging:append", { kind: "logging:out-of-order", ms: 150 }],
];
describe.each(transports)("each fault in turn over %s", (transport) => {
  test.each(kinds)(
    "%s %j",
    async (operation, fault) => {
      await using world = await World.open({ seed: firstSeed }, { logQuietMs: 600, transport });
      await holds(world, [{ operation, fault, probability: fault.kind === "throttle" ? 0.1 : 0.3 }]);
    },
    180_000,
  );
});
