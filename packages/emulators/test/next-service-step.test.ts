import { expect, test } from "vitest";
import { nextServiceStep, type ServiceView } from "../src/ecs/next-service-step.ts";

const tasks = (prefix: string, healthy: number, starting = 0) => [
  ...Array.from({ length: healthy }, (_, index) => ({ id: `${prefix}${index}`, healthy: true })),
  ...Array.from({ length: starting }, (_, index) => ({ id: `${prefix}s${index}`, healthy: false })),
];
const view = (more: Partial<ServiceView>): ServiceView => ({
  desired: 4,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  mayLaunch: true,
  primary: [],
  others: [],
  stopping: 0,
  ...more,
});

test.each([
  ["launches all at once where there is nothing", {}, 4, []],
  ["launches as many as the maximum leaves room for", { others: tasks("o", 4), maximumPercent: 150 }, 2, []],
  ["counts those that are still stopping", { others: tasks("o", 4), maximumPercent: 150, stopping: 1 }, 1, []],
  ["stops others as soon as the minimum allows it", { primary: tasks("p", 2), others: tasks("o", 4) }, 2, ["o0", "o1"]],
  [
    "stops first where there is no room",
    { others: tasks("o", 4), minimumHealthyPercent: 50, maximumPercent: 100 },
    0,
    ["o0", "o1"],
  ],
  ["stops the rest when all of its own are healthy", { primary: tasks("p", 4), others: tasks("o", 1, 1) }, 0, ["o0", "os0"]],
  ["scales in from those that are not healthy", { desired: 1, primary: tasks("p", 2, 1) }, 0, ["p1", "ps0"]],
  ["neither launches nor takes others away once it has failed", { mayLaunch: false, others: tasks("o", 4) }, 0, []],
])("%s", (_, more, launch, stop) => {
  const step = nextServiceStep(view(more));
  expect(step.launch).toBe(launch);
  expect([...step.stop].sort()).toEqual(stop);
});
