import {
  backendLogsOn,
  composeSeams,
  type ExecutionId,
  imagesOn,
  logsOn,
  memoryStore,
  openRuntime,
  owner,
  tasksOn,
} from "@longshore/core";
import { runtime as memory } from "@longshore/core/memory";
import { expect, test } from "vitest";
import { textsOf, World } from "./world.ts";

test("one runtime is all four seams, and another's can take the place of each", async () => {
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
  expect(said.some((text) => /execution: Completed CONDITION_FAILED, CANCELLED/.test(text))).toBe(true);
  await using other = await openRuntime(memory.with({}), { owner: owner("other"), store: memoryStore() });
  const mixed = composeSeams({ ...seams, tasks: tasksOn(other) });
  expect(mixed.tasks).not.toBe(seams.tasks);
});
