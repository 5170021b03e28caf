import { Readable } from "node:stream";
import type { CopyIn } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import type { Containers } from "./containers.ts";
import { copyError, copyPath } from "./copy-path.ts";
import type { Engine } from "./engine.ts";
import { findInstance } from "./find-instance.ts";

interface Parts {
  readonly engine: Engine;
  readonly containers: Containers;
}
/** Two blocks of zeros (POSIX, pax). */
const emptyArchive = Buffer.alloc(1024);

/**
 * Into a container in any state; its program sees half of it where the call is cut off. Owners and modes are the archive's. The
 * engine is asked with an empty archive first: what it refuses, it refuses before any of the body, and a client that still
 * sends would hear of a broken connection.
 */
export async function copyIntoContainer({ engine, containers }: Parts, files: CopyIn, { signal }: Call): Promise<void> {
  const { id, instance, tar } = files;
  const container = await findInstance(containers, { id, ...(instance !== undefined && { instance }) }, signal);
  const path = copyPath(container, files.path);
  // Ends the sending with the answer, and what is still sent with the call.
  const sending = new AbortController();
  const abortSignal = AbortSignal.any([signal, sending.signal]);
  const body = Readable.from(tar, { objectMode: false });
  try {
    await engine.call("copy", signal, (docker, bounded) =>
      docker.getContainer(container.Id).putArchive(emptyArchive, { path, abortSignal: bounded }),
    );
    await engine.lasting("copy", signal, (docker) => docker.getContainer(container.Id).putArchive(body, { path, abortSignal }));
  } catch (error) {
    throw copyError(error, path);
  } finally {
    sending.abort();
    body.destroy();
  }
}
