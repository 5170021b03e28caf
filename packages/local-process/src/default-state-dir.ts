import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** Absolute only: the XDG Base Directory Specification says to ignore what is relative. */
const absolute = (path: string | undefined): string | undefined => (path !== undefined && isAbsolute(path) ? path : undefined);

/** Survives a restart of the machine, unlike the folders for temporary files. */
export function defaultStateDir(environment: Environment, platform: string): string {
  const { LONGSHORE_STATE_DIR: ours, XDG_STATE_HOME: xdg } = environment;
  if (ours !== undefined && ours !== "") return join(ours, "local-process");
  const home = homedir();
  const state = platform === "darwin" ? join(home, "Library", "Application Support") : join(home, ".local", "state");
  return join(absolute(xdg) ?? state, "longshore", "local-process");
}
