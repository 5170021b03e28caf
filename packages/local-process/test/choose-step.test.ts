import { expect, test } from "vitest";
import { type Aim, chooseStep, type Standing } from "../src/choose-step.ts";

const usual: Aim = { generation: 2, replicas: 2, rolling: true, canTakeBack: true };
const one = (generation: number, rest: Partial<Standing> = {}): Standing => ({
  generation,
  ready: true,
  leaving: false,
  gone: false,
  overdue: false,
  ...rest,
});
const [old, fresh] = [one(1), one(2)];
const begun = one(2, { ready: false });
const leaving = one(1, { leaving: true, ready: false });

test.each<[what: string, all: readonly Standing[], expected: object, aim?: Partial<Aim>]>([
  ["nothing is there", [], { do: "add", count: 2 }],
  ["one of two is there", [fresh], { do: "add", count: 1 }],
  ["both are, and one is not ready", [fresh, begun], { do: "wait" }],
  ["both are ready", [fresh, fresh], { do: "settled" }],
  ["there is one too many", [fresh, fresh, fresh], { do: "leave", which: [fresh] }],
  ["one that ended for good counts", [one(2, { ready: false, gone: true }), fresh], { do: "wait" }],
  ["an update begins", [old, old], { do: "add", count: 1 }],
  ["the first new one is not ready", [old, old, begun], { do: "wait" }],
  ["the first new one is ready", [old, old, fresh], { do: "leave", which: [old] }],
  ["an old one is on its way", [old, leaving, fresh], { do: "wait" }],
  ["one is replaced", [old, fresh], { do: "add", count: 1 }],
  ["all new ones are ready", [old, fresh, fresh], { do: "leave", which: [old] }],
  ["an old one is of no use", [old, one(1, { ready: false }), begun], { do: "leave", which: [one(1, { ready: false })] }],
  ["fewer are wanted", [old, old, old], { do: "leave", which: [old] }],
  ["fewer are wanted, and gone", [old], { do: "add", count: 1 }, { replicas: 1 }],
  ["by recreation, old ones go first", [old, old], { do: "leave", which: [old, old] }, { rolling: false }],
  ["by recreation, nobody comes before they have gone", [leaving], { do: "wait" }, { rolling: false }],
  ["a new one had its time", [old, old, one(2, { ready: false, overdue: true })], { do: "take-back" }],
  [
    "a new one had its time, and there is nothing to go back to",
    [one(2, { ready: false, overdue: true }), fresh],
    { do: "wait" },
    { canTakeBack: false },
  ],
  ["it was ready in time", [old, old, one(2, { overdue: true })], { do: "leave", which: [old] }],
])("%s", (_what, all, expected, aim) => {
  expect(chooseStep(all, { ...usual, ...aim })).toMatchObject(expected);
});
