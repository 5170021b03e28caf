import { expect, test } from "vitest";
import { Faults } from "../src/faults.ts";
import { Journal } from "../src/journal.ts";
import { readFaultRules, wireFaultKinds } from "../src/read-fault-rule.ts";

const throttle = { kind: "throttle" } as const;
const times = (count: number, faults: Faults, operation = "ecs:RunTask") =>
  Array.from({ length: count }, () => faults.next(operation).length);

test("a rule begins with the request that it says, and ends after as many as it says", () => {
  expect(times(6, new Faults(1, [{ operation: "ecs:RunTask", fault: throttle, first: 3, times: 2 }]))).toEqual([
    0, 0, 1, 1, 0, 0,
  ]);
});

test("rules are of an operation, of a service or of all", () => {
  const faults = new Faults(1, [
    { operation: "*", fault: throttle },
    { operation: "ecs:*", fault: throttle },
    { operation: "ecs:RunTask", fault: throttle },
  ]);
  expect(["ecs:RunTask", "ecs:StopTask", "logs:GetLogEvents"].map((name) => faults.next(name).length)).toEqual([3, 2, 1]);
});

test("a probability is kept to, the same for the same seed, whatever else is asked in between", () => {
  const rules = [{ operation: "ecs:RunTask", fault: throttle, probability: 0.3 }];
  const alone = times(2000, new Faults(5, rules));
  const share = alone.filter((met) => met > 0).length / alone.length;
  expect(share).toBeGreaterThan(0.25);
  expect(share).toBeLessThan(0.35);
  const mixed = new Faults(5, rules);
  expect(Array.from({ length: 2000 }, () => (times(2, mixed, "ecs:ListTasks"), times(1, mixed)[0]))).toEqual(alone);
  expect(times(2000, new Faults(6, rules))).not.toEqual(alone);
});

test.each([
  ["no object", 7, /object/],
  ["an unknown kind", { operation: "*", fault: { kind: "thrttle" } }, /thrttle/],
  ["an unknown member", { operation: "*", fault: throttle, probabilty: 1 }, /probabilty/],
  ["an unknown member of the fault", { operation: "*", fault: { kind: "latency", ms: 1, s: 1 } }, /"s"/],
  ["a missing member", { operation: "*", fault: { kind: "latency" } }, /ms has to be a number/],
  ["a malformed operation", { operation: "RunTask", fault: throttle }, /ecs:RunTask/],
  ["a probability above 1", { operation: "*", fault: throttle, probability: 2 }, /0 to 1/],
  ["a request number of 0", { operation: "*", fault: throttle, first: 0 }, /whole number/],
])("a rule with %s is refused, and it says where", (_, rule, message) => {
  expect(() => readFaultRules([{ operation: "*", fault: throttle }, rule], wireFaultKinds)).toThrow(message);
  expect(() => readFaultRules([{ operation: "*", fault: throttle }, rule], wireFaultKinds)).toThrow(/rule 2/);
});

test("the journal forgets the oldest, by number and by size, and counts them all the same", () => {
  const entry = (operation: string) => ({ at: 0, service: "ecs", operation, status: 200 });
  const few = new Journal({ entries: 2 });
  for (const name of ["A", "B", "C"]) few.add(entry(name));
  expect(few.entries().map(({ operation }) => operation)).toEqual(["B", "C"]);
  expect(few.counts).toEqual({ "ecs:A": 1, "ecs:B": 1, "ecs:C": 1 });
  const small = new Journal({ bytes: 100 });
  for (const name of ["A", "B", "C"]) small.add(entry(name), 40);
  expect(small.entries("ecs:A")).toEqual([]);
  expect(small.entries()).toHaveLength(2);
});
