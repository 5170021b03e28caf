import { readFile } from "node:fs/promises";
import type { ServiceSpec } from "@longshore/core";
import { expect, test } from "vitest";
import { neededOnAccounts, neededPermissions } from "../src/needed-permissions.ts";
import { World } from "./world.ts";

async function roleOfReadme(): Promise<readonly string[]> {
  const text = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const [, yaml = ""] = /```yaml\n(title:[\s\S]*?)```/.exec(text) ?? [];
  return yaml.split("\n").flatMap((line) => /^ {2}- (\S+)$/.exec(line)?.[1] ?? []);
}
const verbs = /^(Create|Get|List|Update|Delete|Cancel)([A-Za-z]+?)s?$/;
/** As IAM names what a method of Google's needs; nobody needs a right to ask for his rights. */
function permissionOf(operation: string): string | undefined {
  if (operation === "logging:ListLogEntries") return "logging.logEntries.list";
  const [, verb, resource] = verbs.exec(operation.replace(/^run:/, "")) ?? [];
  return verb && resource ? `run.${resource.toLowerCase()}s.${verb.toLowerCase()}` : undefined;
}
/** Asked with the job that says so: its execution is started by the same request. */
const unasked: readonly string[] = ["run.jobs.run"];

test("the README's role is what preflight looks at", async () => {
  expect((await roleOfReadme()).toSorted()).toEqual([...neededPermissions].toSorted());
  expect(await readFile(new URL("../README.md", import.meta.url), "utf8")).toContain(neededOnAccounts[0]);
});

test("each call that is made has its right, and each right its call", async () => {
  await using world = await World.open({}, { transport: "rest" });
  const { runtime } = world;
  const specs = Array.from({ length: 5 }, () => world.task("sleep 60"));
  await Promise.all(specs.map((spec) => runtime.start(spec)));
  const seen = specs.map(async ({ id }) => {
    for await (const one of runtime.observe(id)) if (one.kind === "task" && one.state.phase === "running") return;
  });
  await Promise.all(seen);
  await Promise.all(specs.map(({ id }) => runtime.stop(id)));
  await Promise.all(specs.map(({ id }) => runtime.remove(id)));
  const serve = 'd=$(mktemp -d); busybox httpd -f -p "$PORT" -h "$d"';
  for (const ports of [[{ port: 8080 }], []]) {
    const service: ServiceSpec = { ...world.task(serve), kind: "service", ports };
    if (ports.length === 0) Object.assign(service, { command: ["sh", "-c", "sleep 60"] });
    await runtime.start(service);
    await runtime.stop(service.id);
    await runtime.remove(service.id);
  }
  await Array.fromAsync(runtime.list());
  await runtime.capabilities.preflight.preflight(undefined);
  const { counts } = world.emulator.journal;
  const unnamed = Object.keys(counts).filter((name) => permissionOf(name) === undefined);
  expect(unnamed).toEqual(["iam:TestIamPermissions"]);
  const made = new Set(Object.keys(counts).flatMap((name) => permissionOf(name) ?? []));
  const needed = neededPermissions.filter((name) => !unasked.includes(name));
  expect([...made].toSorted()).toEqual([...needed].toSorted());
}, 120_000);
