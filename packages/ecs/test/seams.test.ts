import {
  backendLogsOn,
  composeSeams,
  createRegistry,
  type ExecutionId,
  imagesOn,
  logsOn,
  memoryStore,
  type Owner,
  owner,
  tasksOn,
} from "@longshore/core";
import { runtime as memory } from "@longshore/core/memory";
import { runtime as ecs } from "@longshore/ecs";
import { expect, test } from "vitest";
import { configOf } from "./kit.ts";
import { textsOf, World } from "./world.ts";

test("one runtime is all four seams", async () => {
  await using world = await World.open();
  const { runtime } = world;
  const seams = composeSeams({
    tasks: tasksOn(runtime),
    logs: logsOn(runtime),
    backend: backendLogsOn(runtime),
    images: imagesOn(runtime),
  });
  await seams.images.registerImage({ reference: "team/app:1", isDefault: false });
  expect(await seams.images.getImage("team/app:1")).toEqual({ reference: "team/app:1", isDefault: false });
  const spec = world.task("echo hello; sleep 60");
  const attempt = { execution: "one" as ExecutionId, workload: spec.id };
  await seams.tasks.startTask(spec);
  for await (const record of seams.logs.fetchLogsByExecutionId(attempt, { follow: true })) {
    expect(record).toMatchObject({ text: "hello" });
    break;
  }
  expect(await seams.tasks.killTask(spec.id)).toMatchObject({ state: "confirmed" });
  const said = textsOf(await Array.fromAsync(seams.backend.fetchBackendLogs(attempt)));
  expect(said.some((text) => /UserInitiated/.test(text))).toBe(true);
});

test("each seam is another provider's, by config", async () => {
  await using one = await World.open();
  await using other = await World.open();
  const registry = createRegistry([ecs, memory]);
  const config = {
    tasks: { use: "memory" },
    logs: { use: "ecs", ...configOf(one.emulator.url) },
    backend: { use: "ecs", ...configOf(other.emulator.url) },
    images: { use: "ecs", ...configOf(other.emulator.url) },
  };
  const open = (seam: keyof typeof config, name: Owner) => registry.open(config[seam], { owner: name, store: memoryStore() });
  await using tasks = await open("tasks", owner("other"));
  await using logs = await open("logs", one.owner);
  await using backend = await open("backend", other.owner);
  await using images = await open("images", other.owner);
  if (!backend.supports("backendLogs") || !images.supports("images")) throw new Error("ECS has both");
  const seams = composeSeams({
    tasks: tasksOn(tasks),
    logs: logsOn(logs),
    backend: backendLogsOn(backend),
    images: imagesOn(images),
  });
  // The same id in three places: each seam answers from its own.
  const [here, there] = [one.task("echo here"), other.task("exit 4")];
  await one.runtime.start(here);
  await other.runtime.start(there);
  await other.runtime.wait(there.id);
  const { id } = here;
  const program = [{ do: "print", text: "nowhere" }] as const;
  await seams.tasks.startTask({ kind: "task", id, options: { memory: { program } } });
  const attempt = { execution: "one" as ExecutionId, workload: id };
  expect(textsOf(await Array.fromAsync(seams.logs.fetchLogsByExecutionId(attempt, { follow: true })))).toEqual(["here"]);
  const said = textsOf(await Array.fromAsync(seams.backend.fetchBackendLogs(attempt)));
  expect(said).toContain("stopping: EssentialContainerExited Essential container in task exited");
  await seams.images.registerImage({ reference: "team/app:1", isDefault: true });
  expect(await imagesOn(other.runtime).getImage("team/app:1")).toMatchObject({ isDefault: true });
  expect(await imagesOn(one.runtime).getImage("team/app:1")).toBeUndefined();
  expect(await tasks.wait(id)).toMatchObject({ outcome: "succeeded" });
});
