import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import type { CopyIn } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { copyError, copyPath } from "./copy-path.ts";
import { findInstance, findInstances, type SessionParts } from "./find-instance.ts";

/** Two blocks of zeros (POSIX, pax). */
const emptyArchive = Buffer.alloc(1024);

interface Target {
  readonly container: string;
  readonly path: string;
  readonly body: PassThrough;
}

/** To all alike, as fast as the slowest takes it. */
async function share(archive: Readable, targets: readonly Target[], signal: AbortSignal): Promise<void> {
  for await (const chunk of archive) {
    const full = targets.filter(({ body }) => !body.write(chunk));
    await Promise.all(full.map(({ body }) => once(body, "drain", { signal })));
  }
  for (const { body } of targets) body.end();
}

/**
 * Into containers in any state; a program sees half of it where the call is cut off. Owners and modes are the archive's. The
 * engine is asked with an empty archive first: what it refuses, it refuses before any of the body, and a client that still
 * sends would hear of a broken connection.
 */
export async function copyIntoContainer(
  parts: SessionParts,
  { id, instance, ...files }: CopyIn,
  { signal }: Call,
): Promise<void> {
  const found = await findInstances(parts, { id, instance }, signal);
  const path = copyPath(await findInstance(parts, { id, instance }, signal), files.path);
  const targets = found.map(({ container }): Target => ({ container, path, body: new PassThrough() }));
  // Ends the sending with the answer, and what is still sent with the call.
  const sending = new AbortController();
  const abortSignal = AbortSignal.any([signal, sending.signal]);
  const archive = Readable.from(files.tar, { objectMode: false });
  try {
    for (const { container } of targets) {
      await parts.engine.call("copy", signal, (docker, bounded) =>
        docker.getContainer(container).putArchive(emptyArchive, { path, abortSignal: bounded }),
      );
    }
    const sent = targets.map(({ container, body }) =>
      parts.engine.lasting("copy", signal, (docker) => docker.getContainer(container).putArchive(body, { path, abortSignal })),
    );
    await Promise.all([...sent, share(archive, targets, abortSignal)]);
  } catch (error) {
    throw copyError(error, path);
  } finally {
    sending.abort();
    for (const stream of [archive, ...targets.map(({ body }) => body)]) stream.destroy();
  }
}
