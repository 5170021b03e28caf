import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Call, sleep } from "@longshore/core/driver";
import { launchSupervisor } from "./launch-supervisor.ts";
import { lookAtTask } from "./look-at-task.ts";
import type { Evidence } from "./map-process-state.ts";
import { taskFiles } from "./task-record.ts";

/** A supervisor is up in some 50 ms (measured; a start of Node). */
const lookAgainMs = 10;
/** Others may have launched one, and on a busy machine that takes a while; one more does no harm. */
const patienceMs = 1_000;
/** Nothing that is alive takes as long. Whoever asked hears then that it is pending. */
const longestStartMs = 30_000;

interface Starting {
  readonly specHash: string;
  /** We made the folder: nobody else has launched anything. */
  readonly made: boolean;
}

/**
 * Until the program has started, or will never. A task that another call began and left without a supervisor gets one;
 * what bears the id with another spec is answered as it is.
 */
export async function startTask(folder: string, { specHash, made }: Starting, call: Call): Promise<Evidence | undefined> {
  const begun = performance.now();
  let launched: Promise<void> | undefined;
  let failed: unknown;
  for (;;) {
    const seen = await lookAtTask(folder);
    const waited = performance.now() - begun;
    const done = seen?.started !== undefined || seen?.exit !== undefined || waited > longestStartMs;
    if (seen === undefined || done || seen.task.specHash !== specHash) return seen;
    if (seen.claim === undefined && failed !== undefined) throw failed;
    if (seen.claim === undefined && launched === undefined && (made || waited > patienceMs)) {
      launched = launchSupervisor(folder).then(
        async () => void (failed = new Error(`the supervisor ended at once: ${await complaints(folder)}`)),
        (error: unknown) => void (failed = error),
      );
    }
    await sleep(lookAgainMs, call.signal);
  }
}

const complaints = async (folder: string): Promise<string> => {
  const text = await readFile(join(folder, taskFiles.complaints), "utf8").catch(() => "");
  return text.trim().split("\n").slice(0, 6).join(" ") || "without a word";
};
