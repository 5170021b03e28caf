import { type Ending, LongshoreError, memoryStore, type TaskSpec } from "@longshore/core";
import type { Fault, FaultRule } from "@longshore/emulators";
import { describe, expect, test } from "vitest";
import { textsOf, World } from "./world.ts";

/** LONGSHORE_FULL takes 200 mixes, LONGSHORE_SEED another row of them. */
const count = process.env["LONGSHORE_FULL"] === "1" ? 200 : 4;
const firstSeed = Number(process.env["LONGSHORE_SEED"] ?? 1);
const probability = 0.05;

const faults: readonly FaultRule[] = [
  { operation: "*", fault: { kind: "arm:throttle", retryAfterSeconds: 0 } },
  { operation: "*", fault: { kind: "lose-reply" } },
  { operation: "*", fault: { kind: "drop-request" } },
  { operation: "*", fault: { kind: "status", status: 502, html: true } },
  { operation: "*", fault: { kind: "latency", ms: 50 } },
  { operation: "*", fault: { kind: "arm:error-after", code: "InternalServerError", status: 500 } },
  { operation: "aci:CreateOrUpdate", fault: { kind: "aci:missing-after-create", ms: 300 } },
  { operation: "aci:CreateOrUpdate", fault: { kind: "aci:slow-create", ms: 200 } },
  { operation: "aci:CreateOrUpdate", fault: { kind: "aci:pull-failure", times: 1 } },
  { operation: "aci:Get", fault: { kind: "aci:stale-view", ms: 100 } },
  { operation: "aci:Stop", fault: { kind: "aci:slow-stop", ms: 100 } },
  { operation: "aci:Delete", fault: { kind: "aci:slow-delete", ms: 100 } },
  { operation: "aci:Delete", fault: { kind: "aci:delete-failure" } },
  { operation: "aci:Delete", fault: { kind: "aci:lingers-after-delete", ms: 100 } },
  { operation: "aci:ListByResourceGroup", fault: { kind: "aci:stale-list", ms: 200 } },
  { operation: "aci:ListByResourceGroup", fault: { kind: "aci:empty-page" } },
  { operation: "aci:ListLogs", fault: { kind: "aci:late-logs", ms: 60 } },
  { operation: "aci:ListLogs", fault: { kind: "aci:empty-logs" } },
];
/** What nobody can be to blame for: the driver has sent something that the description does not allow. */
const malformed = /Invalid(?!.*Transition)|BadRequest|MissingApiVersion/;

/** As a caller would: what may work next time is asked for again. */
async function insist<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!LongshoreError.is(error) || !error.retryable || attempt === 20) throw error;
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

/** One run each, every line, the true code, nothing left; what is stopped is stopped. */
async function holds(world: World, rules: readonly FaultRule[]): Promise<void> {
  world.emulator.faults.add(...rules);
  const specs = codes.map((code) => world.task(counting(code)));
  const stopped = world.task("echo here; sleep 60");
  const [lives, ending] = await Promise.all([
    Promise.all(specs.map((spec) => lived(world, spec))),
    (async () => {
      await insist(() => world.runtime.start(stopped));
      await insist(() => world.runtime.stop(stopped.id));
      return insist(() => world.runtime.wait(stopped.id));
    })(),
  ]);
  expect(lives.map(({ ending: { exit } }) => exit?.code)).toEqual(codes);
  expect(lives.map(({ texts }) => texts)).toEqual(codes.map(() => lines));
  expect(ending.outcome).toBe("stopped");
  const runs = world.emulator.journal.entries("aci:CreateOrUpdate");
  expect(runs.filter(({ status }) => status === 200)).toEqual([]);
  await Promise.all([...specs, stopped].map(({ id }) => insist(() => world.runtime.remove(id))));
  world.emulator.faults.clear();
  await expect.poll(() => world.bed.groups(world.owner)).toEqual([]);
  const errors = world.emulator.journal
    .entries()
    .flatMap(({ error, operation }) => (error === undefined ? [] : `${operation}: ${error}`));
  expect(errors.filter((error) => malformed.test(error))).toEqual([]);
}
const config = { logQuietMs: 500, freshMs: 350, pullPatienceMs: 20_000 } as const;
const nameOf = ({ kind }: Fault): string => kind;

describe("each fault in turn", () => {
  for (const { operation, fault } of faults) {
    test(`${nameOf(fault)} at ${operation}, now and then`, async () => {
      await using world = await World.open({ seed: firstSeed }, { config, open: { store: memoryStore() } });
      await holds(world, [{ operation, fault, probability: 0.3 }]);
    }, 120_000);
  }
});

for (const seed of Array.from({ length: count }, (_, index) => firstSeed + index)) {
  test(`a mix of faults, seed ${seed}: one run each, every line, the true code, nothing left`, async () => {
    await using world = await World.open({ seed }, { config, open: { store: memoryStore() } });
    await holds(
      world,
      faults.map((rule) => ({ ...rule, probability })),
    );
  }, 120_000);
}
