import type { EngineContainer } from "./engine.ts";

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * What a container is as a process, which has no file system of its own: wherever its command or a variable names the path of a mount, it
 * is given the folder's instead.
 */
export function placeMounts(container: EngineContainer): EngineContainer {
  const { mounts = [], entrypoint, command, environment } = container;
  if (mounts.length === 0) return container;
  // The longest first: one may be inside another.
  const inOrder = [...mounts].sort((one, other) => other.path.length - one.path.length);
  const place = (text: string): string =>
    inOrder.reduce(
      (placed, { path, folder }) =>
        placed.replaceAll(new RegExp(`(?<![\\w./-])${escape(path)}(?![\\w-])`, "g"), folder.replaceAll("$", "$$$$")),
      text,
    );
  return {
    ...container,
    ...(entrypoint && { entrypoint: entrypoint.map(place) }),
    ...(command && { command: command.map(place) }),
    environment: Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, place(value)])),
  };
}
