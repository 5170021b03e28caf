import type { CopyOut } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import type { Containers } from "./containers.ts";
import { copyError, copyPath } from "./copy-path.ts";
import type { Engine } from "./engine.ts";
import { findInstance } from "./find-instance.ts";

interface Parts {
  readonly engine: Engine;
  readonly containers: Containers;
}

/** The engine's archive as it comes, also of a container that has ended. What runs may change beneath it. */
export async function* copyFromContainer(
  { engine, containers }: Parts,
  { id, instance, path: asked }: CopyOut,
  { signal }: Call,
): AsyncGenerator<Uint8Array, void, void> {
  const container = await findInstance(containers, { id, ...(instance !== undefined && { instance }) }, signal);
  const path = copyPath(container, asked);
  const request = { path: `/containers/${container.Id}/archive`, query: { path } };
  const body = await engine.stream("copy", signal, request).catch((error: unknown) => {
    throw copyError(error, path);
  });
  try {
    yield* body;
  } finally {
    body.destroy();
  }
}
