import {
  backendLogsOn,
  createRegistry,
  type ExecutionId,
  logsOn,
  memoryStore,
  type Owner,
  owner,
  tasksOn,
} from "@longshore/core";
import { runtime as aci } from "@longshore/aci";
import { runtime as memory } from "@longshore/core/memory";
import { expect, test } from "vitest";
import { configOf } from "./kit.ts";
import { textsOf, World } from "./world.ts";

test("one runtime is three of the seams", async () => {
  await using world = await World.open();
  const { runtime } = world;
  const [tasks, logs, backend] = [tasksOn(runtime), logsOn(runtime), backendLogsOn(runtime)];
  const spec = world.task("echo hello; sleep 60");
  const attempt = { execution: "one" as ExecutionId, workload: spec.id };
  await tasks.startTask(spec);
  for await (const record of logs.fetchLogsByExecutionId(attempt, { follow: true })) {
    expect(record).toMatchObject({ text: "hello" });
    break;
  }
  expect(await tasks.killTask(spec.id)).toMatchObject({ state: "confirmed" });
  const said = textsOf(await Array.fromAsync(backend.fetchBackendLogs(attempt)));
  expect(said.some((text) => /Killing/.test(text))).toBe(true);
});

test("each seam is another provider's, by config", async () => {
  await using one = await World.open();
  await using other = await World.open();
  const registry = createRegistry([aci, memory]);
  const config = {
    tasks: { use: "memory" },
    logs: { use: "aci", ...configOf(one.emulator.url) },
    backend: { use: "aci", ...configOf(other.emulator.url) },
  };
  const open = (seam: keyof typeof config, name: Owner) => registry.open(config[seam], { owner: name, store: memoryStore() });
  await using tasks = await open("tasks", owner("other"));
  await using logs = await open("logs", one.owner);
  await using backend = await open("backend", other.owner);
  if (!backend.supports("backendLogs")) throw new Error("Container Instances have them");
  // The same id in three places: each seam answers from its own.
  const [here, there] = [one.task("echo here"), other.task("exit 4")];
  await one.runtime.start(here);
  await other.runtime.start(there);
  await other.runtime.wait(there.id);
  const { id } = here;
  const program = [{ do: "print", text: "nowhere" }] as const;
  await tasksOn(tasks).startTask({ kind: "task", id, options: { memory: { program } } });
  const attempt = { execution: "one" as ExecutionId, workload: id };
  expect(textsOf(await Array.fromAsync(logsOn(logs).fetchLogsByExecutionId(attempt, { follow: true })))).toEqual(["here"]);
  const said = textsOf(await Array.fromAsync(backendLogsOn(backend).fetchBackendLogs(attempt)));
  expect(said.some((text) => /Started container/.test(text))).toBe(true);
  expect(await tasks.wait(id)).toMatchObject({ outcome: "succeeded" });
});
