import { posix } from "node:path";
import { type CopyIn, type CopyOut, type ExecEnd, LongshoreError, type OutputChunk } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { execInPod, type SessionParts } from "./exec-in-pod.ts";
import { instanceOf, isStopped } from "./map-service-state.ts";

/** What went wrong, by what tar said of it. */
function failed(path: string, said: string): LongshoreError {
  const message = `${path}: ${said.trim().replace(/\s+/g, " ") || "tar failed"}`;
  const code = /no such file|can't cd|can't open|cannot stat|not found/i.test(said)
    ? "not-found"
    : /permission denied|read-only/i.test(said)
      ? "permission-denied"
      : "invalid-argument";
  return new LongshoreError(message, { code, operation: "copy" });
}

/** Bytes of stdout as they come; throws at the end where tar did not end well. */
async function* outputOf(events: AsyncIterable<OutputChunk | ExecEnd>, path: string): AsyncGenerator<Uint8Array, void, void> {
  let said = "";
  for await (const event of events) {
    if (event.kind === "exit") {
      if (event.exit.code !== 0) throw failed(path, said);
    } else if (event.stream === "stderr") said = `${said}${Buffer.from(event.bytes).toString()}`.slice(-2000);
    else yield event.bytes;
  }
}

/** By the image's own `tar`, as kubectl does. */
export async function copyIntoPods(parts: SessionParts, { id, instance, path, tar }: CopyIn, call: Call): Promise<void> {
  const view = await parts.deployments.view(id, call.signal);
  if (view !== undefined && isStopped(view.deployment)) throw failed(path, "nothing of it runs");
  const instances = instance !== undefined || view === undefined ? [instance] : view.pods.map(instanceOf);
  // One archive can be read once.
  const held = instances.length > 1 ? await Array.fromAsync(tar) : tar;
  for (const one of instances) {
    const input = (async function* () {
      yield* held;
    })();
    const request = { id, command: ["tar", "-xf", "-", "-C", path], input, ...(one !== undefined && { instance: one }) };
    for await (const _ of outputOf(execInPod(parts, request, call), path));
  }
}

export async function* copyFromPod(
  parts: SessionParts,
  { id, instance, path }: CopyOut,
  call: Call,
): AsyncGenerator<Uint8Array, void, void> {
  const { dir, base } = posix.parse(path.replace(/\/+$/, ""));
  const command = ["tar", "-cf", "-", "-C", dir === "" ? "." : dir, "--", base];
  yield* outputOf(execInPod(parts, { id, command, ...(instance !== undefined && { instance }) }, call), path);
}
