import { basename, dirname } from "node:path";
import type { CopyOut } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { copyPath } from "./copy-path.ts";
import { findInstances } from "./find-instance.ts";
import { LongshoreError } from "@longshore/core";
import type { ServicePlace } from "./order-service.ts";

/** As it is while it is read: what runs may change it beneath. */
export async function* copyFromFolder(
  { id, folder }: ServicePlace,
  { instance, path }: CopyOut,
  { signal }: Call,
): AsyncGenerator<Uint8Array, void, void> {
  const { create } = await import("tar");
  const [found] = await findInstances({ id, folder, instance }, "copy");
  if (found === undefined) throw new LongshoreError("it has no instance", { code: "not-found", operation: "copy", workload: id });
  const real = copyPath(found, path, id);
  // An @ at the beginning would mean an archive to take the entries of (node-tar, create).
  const name = basename(real).startsWith("@") ? `./${basename(real)}` : basename(real);
  const archive = create({ cwd: dirname(real), strict: true }, [name]);
  for await (const chunk of archive as AsyncIterable<Uint8Array>) {
    signal.throwIfAborted();
    yield chunk;
  }
}
