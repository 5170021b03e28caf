import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { neededActions } from "../src/needed-actions.ts";
import { World } from "./world.ts";

interface Policy {
  readonly Statement: readonly { readonly Action: readonly string[] }[];
}
async function policyOfReadme(): Promise<readonly string[]> {
  const text = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const [, json = ""] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
  return (JSON.parse(json) as Policy).Statement.flatMap(({ Action }) => Action);
}
/** Of what the tests themselves ask. */
const others = ["ecs:CreateCluster"];
/** Nobody needs a right to ask who he is; passing a role and tagging are asked with other calls. */
const rightless = ["sts:GetCallerIdentity"];
const unasked = ["iam:PassRole", "ecs:TagResource"];

test("the README's policy is what preflight looks at", async () => {
  expect((await policyOfReadme()).toSorted()).toEqual([...neededActions].toSorted());
});

test("each call that is made has its right, and each right its call", async () => {
  await using world = await World.open(
    {},
    { publicAddress: true, logRetentionDays: 7, securityGroups: ["sg-00000000000000001"] },
  );
  const { runtime } = world;
  const spec = world.task("sleep 60", { ports: [{ port: 8124 }], options: { ecs: { executeCommand: true } } });
  await runtime.start(spec);
  const { endpoints } = runtime.capabilities.endpoints;
  await expect.poll(() => endpoints(spec.id)).toHaveLength(1);
  await Array.fromAsync(runtime.capabilities.exec.exec({ id: spec.id, command: ["true"] }));
  await runtime.stop(spec.id);
  await Array.fromAsync(runtime.logs(spec.id, { follow: true }));
  await runtime.remove(spec.id);
  const service = { ...world.task("sleep 60"), kind: "service" } as const;
  await runtime.start(service);
  await runtime.stop(service.id);
  await runtime.remove(service.id);
  await Array.fromAsync(runtime.capabilities.images.list({}));
  await runtime.capabilities.preflight.preflight(undefined);
  const made = Object.keys(world.emulator.journal.counts).filter((name) => ![...others, ...rightless].includes(name));
  const needed = neededActions.filter((name) => !unasked.includes(name));
  expect(made.toSorted()).toEqual([...needed].toSorted());
});
