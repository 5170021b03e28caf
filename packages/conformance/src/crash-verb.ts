import type { Runtime } from "@longshore/core";
import type { CrashJob } from "./harness.ts";

/** What a process is to do that is killed on its way. */
export function crashVerb(runtime: Runtime, job: CrashJob): Promise<unknown> {
  switch (job.verb) {
    case "start":
      return runtime.start(job.spec);
    case "update":
      return runtime.update(job.spec);
    case "stop":
      return runtime.stop(job.id);
    case "remove":
      return runtime.remove(job.id);
    case "restart":
      return runtime.restart(job.id);
    case "resume":
      return runtime.resume(job.id);
  }
}
