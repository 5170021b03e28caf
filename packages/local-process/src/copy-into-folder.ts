import { once } from "node:events";
import { statSync } from "node:fs";
import { PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type CopyIn, LongshoreError } from "@longshore/core";
import { type Call, orAbort } from "@longshore/core/driver";
import { copyPath } from "./copy-path.ts";
import { findInstances } from "./find-instance.ts";
import type { ServicePlace } from "./order-service.ts";

/**
 * Into each instance that there is, whether it runs or not; its program sees half of it where the call is cut off. Owned by
 * this user, whatever the archive says. What would leave the folder, by a link or by its name, is an error.
 */
export async function copyIntoFolder({ id, folder }: ServicePlace, files: CopyIn, { signal }: Call): Promise<void> {
  const { extract } = await import("tar");
  const at = { operation: "copy", workload: id };
  const instances = await findInstances({ id, folder, instance: files.instance }, "copy");
  const folders = instances.map((one) => copyPath(one, files.path, id));
  const file = folders.find((path) => !statSync(path).isDirectory());
  if (file !== undefined) throw new LongshoreError(`${file}: it is no folder`, { code: "invalid-argument", ...at });
  const failed = new AbortController();
  const over = AbortSignal.any([signal, failed.signal]);
  const sinks = folders.map(() => new PassThrough());
  const written = sinks.map((sink, index) =>
    pipeline(sink, extract({ cwd: folders[index] ?? "", strict: true, preserveOwner: false }), { signal: over }),
  );
  try {
    await Promise.all([...written, feed(files.tar, sinks, over)]);
  } catch (error) {
    failed.abort();
    await Promise.allSettled(written);
    signal.throwIfAborted();
    throw asFault(error, at);
  }
}

async function feed(tar: CopyIn["tar"], sinks: readonly PassThrough[], signal: AbortSignal): Promise<void> {
  const chunks = tar[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await orAbort(signal, () => chunks.next());
      if (done === true) break;
      for (const sink of sinks) if (!sink.write(value)) await once(sink, "drain", { signal });
    }
    for (const sink of sinks) sink.end();
  } catch (error) {
    void chunks.return?.().catch(() => {});
    throw error;
  }
}

/** What the archive holds is the caller's; what the system says of a disk is left to the driver's table. */
function asFault(error: unknown, at: { readonly operation: string; readonly workload: string }): unknown {
  const { tarCode, message = "" } = error as { readonly tarCode?: string; readonly message?: string };
  return tarCode === undefined ? error : new LongshoreError(message, { code: "invalid-argument", ...at, cause: error });
}
