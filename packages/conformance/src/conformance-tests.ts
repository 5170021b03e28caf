import assert from "node:assert/strict";
import type { ConformanceTest, Guarantee } from "./conformance-test.ts";
import { foundAgain } from "./found-again.ts";
import type { GuaranteeCase } from "./guarantee-case.ts";
import type { Harness } from "./harness.ts";
import { harmlessAbort } from "./harmless-abort.ts";
import { nothingDropped } from "./nothing-dropped.ts";
import { oneBudget } from "./one-budget.ts";
import { onlyOurOwn } from "./only-our-own.ts";
import { removedLeavesNothing } from "./removed-leaves-nothing.ts";
import { secretsStaySecret } from "./secrets-stay-secret.ts";
import { SeededChoice } from "./seeded-choice.ts";
import { serviceLogs } from "./service-logs.ts";
import { serviceStarts } from "./service-starts.ts";
import { serviceRemovals, serviceReturns, serviceStops } from "./service-stops.ts";
import { serviceUpdates } from "./service-updates.ts";
import { sessions } from "./sessions.ts";
import { Stage } from "./stage.ts";
import { startedOnce } from "./started-once.ts";
import { stoppedMeansGone } from "./stopped-means-gone.ts";
import { successNeedsProof } from "./success-needs-proof.ts";
import { Tally } from "./tally.ts";
import { toldApart } from "./told-apart.ts";
import { wholeLogs } from "./whole-logs.ts";

export interface ConformanceOptions {
  /** Of every choice by chance, such as where a log is resumed. Default: LONGSHORE_SEED, else always the same. */
  readonly seed?: number;
  /** Crash at every step boundary, not at some of them. Default: whether LONGSHORE_FULL is 1. */
  readonly full?: boolean;
  /** Default: `console.log`. */
  readonly print?: (line: string) => void;
}
const usualSeed = 20_260_101;

const guarantees: Readonly<Record<Guarantee, readonly GuaranteeCase[]>> = {
  G1: [...startedOnce, ...serviceStarts],
  G2: successNeedsProof,
  G3: toldApart,
  G4: [...wholeLogs, ...serviceLogs],
  G5: [...stoppedMeansGone, ...serviceStops],
  G6: [...removedLeavesNothing, ...serviceRemovals],
  G7: [...foundAgain, ...serviceReturns],
  G8: onlyOurOwn,
  G9: harmlessAbort,
  G10: oneBudget,
  G11: secretsStaySecret,
  G12: nothingDropped,
  services: serviceUpdates,
  sessions,
};
const all = (Object.keys(guarantees) as Guarantee[]).flatMap((guarantee) =>
  guarantees[guarantee].map((one) => ({ guarantee, one })),
);

/**
 * The guarantees as tests for any runner. Run them in order; the last one prints what was done to the backend, and fails when
 * the harness can crash or disturb and none of it ever happened.
 */
export function conformanceTests(harness: Harness, options: ConformanceOptions = {}): readonly ConformanceTest[] {
  const seed = options.seed ?? Number(process.env["LONGSHORE_SEED"] ?? usualSeed);
  const full = options.full ?? process.env["LONGSHORE_FULL"] === "1";
  const print = options.print ?? console.log;
  const tally = new Tally();
  const ran = new Set<string>();
  const tests = all.map(({ guarantee, one }, index): ConformanceTest => {
    const name = `${guarantee} ${one.name}`;
    const reasons = (one.needs ?? []).map((need) => need(harness)).filter((reason) => reason !== undefined);
    const skip = reasons.length === 0 ? {} : { skip: reasons.join("; ") };
    const run = async (): Promise<void> => {
      if (skip.skip !== undefined) return;
      ran.add(name);
      await using stage = new Stage({ harness, tally, full, print, choice: new SeededChoice(seed + index) });
      await one.run(stage);
    };
    return { guarantee, name, ...skip, run };
  });
  const summary = async (): Promise<void> => {
    const skipped = tests.filter(({ skip }) => skip !== undefined);
    print(`${harness.name}: conformance with seed ${seed}${full ? ", every boundary" : ""}`);
    for (const line of tally.lines()) print(`${harness.name}: ${line}`);
    for (const { name, skip } of skipped) print(`${harness.name}: skipped ${name}: ${skip}`);
    if (harness.runs === undefined) print(`${harness.name}: nothing counts how often a program was begun (runs)`);
    await assertNothingUntested(harness);
    // A filtered run proves nothing either way.
    if (tests.every(({ name, skip }) => skip !== undefined || ran.has(name))) assert.deepEqual(tally.idle(harness), []);
  };
  return [...tests, { guarantee: "suite", name: "what was done to the backend", run: summary }];
}

/** What the runtime declares and the harness does not know of would be left out without a word. */
async function assertNothingUntested(harness: Harness): Promise<void> {
  const { sessions: known = [], services, copying } = harness;
  await using stage = new Stage({
    harness,
    tally: new Tally(),
    full: false,
    print: () => {},
    choice: new SeededChoice(usualSeed),
  });
  const runtime = await stage.open();
  const abilities = {
    services: services !== undefined,
    endpoints: services !== undefined,
    exec: known.includes("exec"),
    attach: known.includes("attach"),
    stats: known.includes("stats"),
    copy: copying !== undefined,
  };
  for (const [name, tested] of Object.entries(abilities)) {
    const declared = runtime.supports(name as keyof typeof abilities);
    assert.equal(tested, declared, `${name}: declared by the runtime ${declared}, by the harness ${tested}`);
  }
}
