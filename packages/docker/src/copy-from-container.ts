import type { CopyOut } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { copyError, copyPath } from "./copy-path.ts";
import { findInstance, type SessionParts } from "./find-instance.ts";

/** The engine's archive as it comes, also of a container that has ended. What runs may change beneath it. */
export async function* copyFromContainer(
  parts: SessionParts,
  { id, instance, path: asked }: CopyOut,
  { signal }: Call,
): AsyncGenerator<Uint8Array, void, void> {
  const container = await findInstance(parts, { id, instance }, signal);
  const path = copyPath(container, asked);
  const request = { path: `/containers/${container.Id}/archive`, query: { path } };
  const body = await parts.engine.stream("copy", signal, request).catch((error: unknown) => {
    throw copyError(error, path);
  });
  try {
    yield* body;
  } finally {
    body.destroy();
  }
}
