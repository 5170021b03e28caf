import { chmod } from "node:fs/promises";
import type { SpawnOptions } from "node:child_process";
import type { Bench } from "./cli-kit.ts";

const nobody = 65_534;

/** How to run the command as somebody whom permissions stop: they do not stop root. */
export async function asPlainUser(bench: Bench): Promise<SpawnOptions> {
  await chmod(bench.folder, 0o755);
  const env = { ...bench.environment, HOME: bench.folder };
  return process.getuid?.() === 0 ? { uid: nobody, gid: nobody, env } : { env };
}
