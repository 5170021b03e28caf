import { fileStore, openRuntime, type AnyPlugin } from "@longshore/core";
import { countingFilesystem } from "./crash-preload.ts";
import { crashVerb } from "./crash-verb.ts";
import type { ChildJob, ChildMessage } from "./child-job.ts";

const tell = (message: ChildMessage): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined) throw new Error("this is a child process of the conformance suite; it needs a channel to it");
    process.send(message, undefined, undefined, () => resolve());
  });
const told = (): Promise<unknown> => new Promise((resolve) => process.once("message", resolve));

async function run(job: ChildJob): Promise<void> {
  const exported = (await import(job.plugin.module)) as Readonly<Record<string, AnyPlugin>>;
  const plugin = exported[job.plugin.export ?? "runtime"];
  if (plugin === undefined) throw new Error(`${job.plugin.module} exports no ${job.plugin.export ?? "runtime"}`);
  const store = job.store === undefined ? {} : { store: fileStore(job.store) };
  const runtime = await openRuntime(plugin.with(job.config as never), { owner: job.owner, ...store });
  await tell({ kind: "opened" });
  await told();
  countingFilesystem.arm(job.killAt);
  await crashVerb(runtime, job);
  await tell({ kind: "done", boundaries: countingFilesystem.boundaries });
}

try {
  await run(JSON.parse(process.argv[2] ?? "null") as ChildJob);
  process.exit(0);
} catch (error) {
  await tell({ kind: "failed", message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exit(1);
}
