import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { neededActions } from "../src/needed-actions.ts";
import { World } from "./world.ts";

interface Role {
  readonly Actions: readonly string[];
}
async function actionsOfReadme(): Promise<readonly string[]> {
  const text = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const [, json = ""] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
  return (JSON.parse(json) as Role).Actions;
}
const root = "Microsoft.ContainerInstance";
/** What each call of the journal takes (learn.microsoft.com, "Permissions for Containers"). */
const actions: Readonly<Record<string, string>> = {
  "aci:CreateOrUpdate": `${root}/containerGroups/write`,
  "aci:Update": `${root}/containerGroups/write`,
  "aci:Get": `${root}/containerGroups/read`,
  "aci:ListByResourceGroup": `${root}/containerGroups/read`,
  "aci:Delete": `${root}/containerGroups/delete`,
  "aci:Start": `${root}/containerGroups/start/action`,
  "aci:Stop": `${root}/containerGroups/stop/action`,
  "aci:Restart": `${root}/containerGroups/restart/action`,
  "aci:ListLogs": `${root}/containerGroups/containers/logs/read`,
  "aci:Attach": `${root}/containerGroups/containers/attach/action`,
  "aci:ExecuteCommand": `${root}/containerGroups/containers/exec/action`,
  "aci:ListCapabilities": `${root}/locations/capabilities/read`,
  "aci:ListUsage": `${root}/locations/usages/read`,
  "authorization:ListPermissions": "Microsoft.Authorization/permissions/read",
};

test("the README's role is what preflight looks at", async () => {
  expect((await actionsOfReadme()).toSorted()).toEqual([...neededActions].toSorted());
});

test("each call that is made has its right, and each right its call", async () => {
  await using world = await World.open();
  const { runtime } = world;
  const spec = world.task("echo hello; sleep 60", { ports: [{ port: 8123 }] });
  await runtime.start(spec);
  for await (const _ of runtime.logs(spec.id, { follow: true })) break;
  await runtime.capabilities.endpoints.endpoints(spec.id);
  await Array.fromAsync(runtime.capabilities.exec.exec({ id: spec.id, command: ["true"] }));
  const attached = Array.fromAsync(runtime.capabilities.attach.attach({ id: spec.id }));
  await runtime.stop(spec.id);
  await attached;
  await runtime.remove(spec.id);
  const service = { ...world.task("sleep 60"), kind: "service", drainMs: 0 } as const;
  await runtime.start(service);
  await runtime.restart(service.id);
  await runtime.stop(service.id);
  await runtime.resume(service.id);
  await runtime.remove(service.id);
  await runtime.capabilities.preflight.preflight(undefined);
  const made = new Set(Object.keys(world.emulator.journal.counts).map((name) => actions[name] ?? name));
  expect([...made].toSorted()).toEqual([...neededActions].toSorted());
}, 60_000);
