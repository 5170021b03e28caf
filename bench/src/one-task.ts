import { type Runtime, type TaskSpec, workloadId } from "@longshore/core";

let count = 0;
/** One that ends at once, under an id of its own. */
export const shortTask = (image: string): TaskSpec => ({
  kind: "task",
  id: workloadId(`task-${++count}`),
  image,
  command: ["true"],
});

export const longshoreDoes = "start, wait, logs, remove of an open runtime, with all its looks before and after";
/** The life of a task, from its start to its removal. */
export async function longshoreTask(runtime: Runtime, image: string): Promise<void> {
  const spec = shortTask(image);
  await runtime.start(spec);
  const { exit } = await runtime.wait(spec.id);
  if (exit?.code !== 0) throw new Error(`it exited with ${exit?.code}`);
  for await (const _ of runtime.logs(spec.id));
  await runtime.remove(spec.id);
}
