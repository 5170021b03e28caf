import { describe, expect, test } from "vitest";
import type { FaultRule } from "../src/fault.ts";
import { AciBed, groupOf, type Transport, transports, type View } from "./aci-kit.ts";

const faults: readonly FaultRule[] = [
  { operation: "aci:*", fault: { kind: "arm:throttle", retryAfterSeconds: 0 }, probability: 0.1 },
  { operation: "aci:*", fault: { kind: "lose-reply" }, probability: 0.1 },
  { operation: "aci:*", fault: { kind: "drop-request" }, probability: 0.1 },
  { operation: "aci:*", fault: { kind: "status", status: 503, html: true }, probability: 0.05 },
  { operation: "aci:*", fault: { kind: "arm:error-after", code: "InternalServerError", status: 500 }, probability: 0.05 },
  { operation: "aci:CreateOrUpdate", fault: { kind: "aci:missing-after-create", ms: 200 }, probability: 0.2 },
  { operation: "aci:CreateOrUpdate", fault: { kind: "aci:slow-create", ms: 300 }, probability: 0.2 },
  { operation: "aci:CreateOrUpdate", fault: { kind: "aci:pull-failure", times: 1 }, probability: 0.2 },
  { operation: "aci:Delete", fault: { kind: "aci:delete-failure" }, probability: 0.2 },
  { operation: "aci:Delete", fault: { kind: "aci:lingers-after-delete", ms: 200 }, probability: 0.2 },
  { operation: "aci:ListLogs", fault: { kind: "aci:empty-logs" }, probability: 0.2 },
  { operation: "aci:ListByResourceGroup", fault: { kind: "aci:empty-page" }, probability: 0.3 },
];

interface Failure {
  readonly statusCode?: number;
  readonly code?: string;
}
const isNotFound = (error: unknown): boolean => (error as Failure).code === "ResourceNotFound";

/** Asks again until it is answered, or there is nothing. */
async function persist<Answer>(call: () => Promise<Answer>): Promise<Answer | undefined> {
  for (;;)
    try {
      return await call();
    } catch (error) {
      if (isNotFound(error)) return undefined;
    }
}

/** Looks before it asks again: to ask twice would run twice. */
async function start(bed: AciBed, name: string): Promise<void> {
  for (;;)
    try {
      return await bed.ask(name, groupOf(`for n in 1 2 3 4 5; do echo ${name} $n; done; exit 7`));
    } catch {
      // It may be there, though it is not seen yet.
      await bed.emulator.clock.advance(300);
      if (await persist(() => bed.get(name))) return;
    }
}

async function end(bed: AciBed, name: string): Promise<View> {
  for (;;) {
    const view = await persist(() => bed.view(name));
    if (view?.state === "Failed" || view?.state === "Succeeded") return view;
  }
}

async function lines(bed: AciBed, name: string): Promise<string> {
  for (;;) {
    const text = await persist(() => bed.logs(name));
    if (text) return text;
  }
}

async function remove(bed: AciBed, name: string): Promise<void> {
  while (await persist(() => bed.get(name))) await bed.delete(name).catch(() => {});
}

const seeds = [1, 2, 3];
const cases = transports.flatMap((transport) => seeds.map((seed): [Transport, number] => [transport, seed]));

describe.each(cases)("a mix of faults over %s with seed %i", (transport, seed) => {
  test("each group runs once, its exit code and its lines are told, and it can be deleted", async () => {
    await using bed = await AciBed.start({ http: transport === "http", seed, faults });
    const names = Array.from({ length: 20 }, (_, index) => `mixed-${index}`);
    await Promise.all(names.map((name) => start(bed, name)));
    const views = await Promise.all(names.map((name) => end(bed, name)));
    const once = { exitCode: 7, restartCount: 0, previous: undefined };
    expect(views).toMatchObject(names.map(() => ({ state: "Failed", containers: [once] })));
    const said = await Promise.all(names.map((name) => lines(bed, name)));
    expect(said).toEqual(names.map((name) => [1, 2, 3, 4, 5].map((n) => `${name} ${n}\n`).join("")));
    expect((await persist(() => bed.list()))?.map(({ name }) => name).sort()).toEqual([...names].sort());
    await Promise.all(names.map((name) => remove(bed, name)));
    bed.emulator.faults.clear();
    await bed.emulator.clock.advance(1000);
    expect(await bed.list()).toEqual([]);
    const { journal } = bed.emulator;
    const created = journal.entries("aci:CreateOrUpdate").map(({ status }) => status);
    expect(created.filter((status) => status === 200)).toEqual([]);
    for (const kind of ["lose-reply", "drop-request", "arm:error-after", "aci:delete-failure"])
      expect(journal.entries().filter((entry) => entry.faults?.includes(kind)).length).toBeGreaterThan(0);
    const unexpected = journal.entries().filter(({ error, faults: met }) => error === "InternalServerError" && !met);
    expect(unexpected).toEqual([]);
    expect(await bed.nonconforming()).toEqual([]);
  });
});
