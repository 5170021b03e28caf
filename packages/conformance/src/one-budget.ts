import assert from "node:assert/strict";
import type { Limiter } from "@longshore/core";
import { firstLine } from "./first-line.ts";
import { type GuaranteeCase, needs } from "./guarantee-case.ts";
import type { Program } from "./program.ts";
import { held, pause } from "./soon.ts";
import type { Stage } from "./stage.ts";

const long: Program = [
  { do: "print", text: "ready" },
  { do: "sleep", ms: 60_000 },
];
/** What is counted while nothing happens. */
const idleMs = 1500;
/** Looks that chance may bring. */
const slack = 3;
/** Connections that stay open in a pool for the next request: a few for all, and none for each. */
const pooled = 10;
const [few, many] = [2, 24];

interface Cost {
  readonly requests: number;
  readonly connections: number;
}
/** So many workloads are waited for, and nothing happens to any of them. */
async function waitingFor(stage: Stage, count: number): Promise<Cost> {
  const route = await stage.route({ kind: "none" });
  const owner = stage.anotherOwner();
  const runtime = await stage.open({ owner, through: route.through });
  const specs = Array.from({ length: count }, () => stage.task(long));
  await stage.soon(Promise.all(specs.map((spec) => runtime.start(spec))), `${count} starts`);
  const waiting = specs.map(({ id }) => held(runtime.wait(id)));
  await stage.soon(Promise.all(specs.map(({ id }) => firstLine(stage, runtime, id))), "all run");
  await pause(idleMs);
  const before = route.requests();
  await pause(idleMs);
  const cost = { requests: route.requests() - before, connections: route.connections() };
  await runtime[Symbol.asyncDispose]();
  await Promise.allSettled(waiting);
  await stage.harness.wipe(owner);
  return cost;
}

async function grows(stage: Stage): Promise<void> {
  const [less, more] = [await waitingFor(stage, few), await waitingFor(stage, many)];
  const figures = `waiting for ${few}: ${JSON.stringify(less)}, for ${many}: ${JSON.stringify(more)}, in ${idleMs} ms`;
  stage.print(figures);
  assert.ok(more.requests <= less.requests * 1.5 + slack, `requests: ${figures}`);
  assert.ok(more.connections <= less.connections + pooled, `connections: ${figures}`);
}

/** Lets so many calls pass, then none. */
function gate(allowed: number): Limiter & { readonly taken: () => number; open(): void } {
  let taken = 0;
  let closed = true;
  const { promise: opened, resolve } = Promise.withResolvers<void>();
  return {
    async take() {
      if (taken >= allowed && closed) await opened;
      taken++;
    },
    throttled() {},
    taken: () => taken,
    open() {
      closed = false;
      resolve();
    },
  };
}

/** Every request waits its turn at the one limiter that the runtime was given. */
async function limited(stage: Stage): Promise<void> {
  const opening = await stage.requestsToOpen();
  const allowed = opening + 5;
  const limiter = gate(allowed);
  const route = await stage.route({ kind: "none" });
  const runtime = await stage.open({ through: route.through, limiter });
  const specs = Array.from({ length: 5 }, () => stage.task([{ do: "print", text: "done" }]));
  const running = held(Promise.all(specs.map((spec) => stage.ran(runtime, spec))));
  await stage.eventually(() => limiter.taken() === allowed, "the share is used up");
  await pause(300);
  assert.ok(route.requests() <= allowed, `${route.requests()} requests, although ${allowed} were allowed`);
  limiter.open();
  const endings = await running;
  assert.ok(endings.every(({ outcome }) => outcome === "succeeded"));
  assert.ok(route.requests() <= limiter.taken(), `${route.requests()} requests, ${limiter.taken()} of them through the limiter`);
}

export const oneBudget: readonly GuaranteeCase[] = [
  { name: "waiting for 24 takes no more requests or connections than for 2", needs: [needs.faults], run: grows },
  { name: "every request waits its turn at the limiter", needs: [needs.faults], run: limited },
];
