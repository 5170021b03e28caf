import { randomBytes } from "node:crypto";
import { LongshoreError, type Runtime, type TaskSpec, workloadId } from "@longshore/core";
import { type Config, openConfigured } from "longshore";
import type { Screen } from "./screen.ts";

/** A runtime that is ready for the demo, and what a spec needs on it. */
export interface Stage {
  readonly runtime: Runtime;
  readonly needs: Pick<TaskSpec, "image">;
}
const image = process.env["LONGSHORE_DEMO_IMAGE"] ?? "busybox:1.35";
const imageLimitMs = 120_000;

class NoImage extends Error {}

/** Unique, so that two demos at once do not meet. */
export const newId = (name: string): TaskSpec["id"] => workloadId(`${name}-${randomBytes(4).toString("hex")}`);

/** Pulls the image, or finds it, by running the least that can be run. */
async function fetchImage(runtime: Runtime, screen: Screen, signal: AbortSignal): Promise<void> {
  const id = newId(`probe-${runtime.name}`);
  try {
    const spec: TaskSpec = { kind: "task", id, image, command: ["true"], pendingTimeoutMs: imageLimitMs };
    for await (const update of runtime.run(spec, { signal })) {
      if (update.kind === "progress") screen.progress(`${runtime.name}: ${update.progress.step}`);
      if (update.kind !== "complete" || update.ending.outcome === "succeeded") continue;
      const { message, hint } = update.ending.diagnosis;
      throw new LongshoreError(`${message}; ${hint}`, { code: "image-not-found", operation: "run" });
    }
  } finally {
    await runtime.remove(id, { signal: AbortSignal.timeout(10_000) }).catch(() => {});
  }
}

async function prepare(runtime: Runtime, screen: Screen, signal: AbortSignal): Promise<Stage> {
  if (runtime.traits.isolation === "process" || runtime.traits.isolation === "none") return { runtime, needs: {} };
  try {
    screen.progress(`${runtime.name}: looking for ${image}`);
    await fetchImage(runtime, screen, signal);
    return { runtime, needs: { image } };
  } catch (error) {
    await runtime[Symbol.asyncDispose]();
    signal.throwIfAborted();
    throw new NoImage(`no image ${image} (LONGSHORE_DEMO_IMAGE names another): ${(error as Error).message}`, { cause: error });
  }
}

/** Down, or without the image: what may be so on any machine. Whatever else is wrong is wrong with the demo. */
const mayBeLeftOut = (error: unknown): error is Error => error instanceof NoImage || LongshoreError.is(error, "unavailable");

/** The runtimes of the config that answer and have what they need. One that has not is left out with a line. */
export async function openStages(config: Config, screen: Screen, signal: AbortSignal): Promise<readonly Stage[]> {
  const opened = await Promise.allSettled(
    Object.keys(config.runtimes).map(async (name) => prepare(await openConfigured(config, name, { signal }), screen, signal)),
  );
  signal.throwIfAborted();
  for (const [index, name] of Object.keys(config.runtimes).entries()) {
    const answer = opened[index];
    if (answer?.status !== "rejected") continue;
    // The default runtime is the demo's main subject: without it there is nothing to show.
    if (name === config.defaultRuntime || !mayBeLeftOut(answer.reason)) throw answer.reason;
    screen.line(`Left out ${name}: ${answer.reason.message}`);
  }
  return opened.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
}
