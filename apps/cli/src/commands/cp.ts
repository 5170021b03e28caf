import { posix } from "node:path";
import type { Runtime } from "@longshore/core";
import { findWorkload } from "../runtimes/find-workload.ts";
import { lacksCapability } from "../runtimes/lacks-capability.ts";
import type { Session } from "../session.ts";
import { type Copy, readCopy } from "../sessions/copy-place.ts";
import { firstEntry } from "../sessions/first-entry.ts";
import { nameOf, packFiles } from "../sessions/pack-files.ts";
import { unpackFiles } from "../sessions/unpack-files.ts";
import { flagError } from "../spec/flag-error.ts";
import { leaving } from "./leaving.ts";

export interface CopyFlags {
  readonly instance?: string;
}
interface Copying {
  readonly session: Session;
  readonly runtime: Runtime;
  readonly instance: { readonly instance?: string };
}

async function copyOut({ session, runtime, instance }: Copying, { from, to }: Copy & { way: "out" }): Promise<void> {
  if (!runtime.supports("copy")) throw lacksCapability(runtime, "copy", from.id);
  const { signal } = session.interrupts;
  const tar = runtime.capabilities.copy.copyOut({ id: from.id, path: from.path, ...instance }, { signal });
  if (to.kind === "local") return unpackFiles(tar, to.path);
  if (process.stdout.isTTY) throw flagError("-", "an archive is nothing for a terminal; send it to a file or a program");
  for await (const bytes of tar) await session.output.write("stdout", bytes);
}

/** The folder to copy into, and what the copy is called there: as cp has it. */
async function targetOf(
  { session, runtime }: Copying,
  { from, to }: Copy & { way: "in" },
): Promise<readonly [folder: string, name: string]> {
  const name = from.kind === "local" ? nameOf(from.path) : "";
  if (from.kind === "stream" || to.path.endsWith("/") || !runtime.supports("copy")) return [to.path, name];
  const { copyOut: look } = runtime.capabilities.copy;
  const kind = await firstEntry(() => look({ id: to.id, path: to.path }, { signal: session.interrupts.signal }));
  return kind === "folder" ? [to.path, name] : [posix.dirname(to.path), posix.basename(to.path)];
}

async function copyIn(copying: Copying, copy: Copy & { way: "in" }): Promise<void> {
  const { session, runtime, instance } = copying;
  const { from, to } = copy;
  if (!runtime.supports("copy")) throw lacksCapability(runtime, "copy", to.id);
  if (from.kind === "stream" && process.stdin.isTTY) throw flagError("-", "expected a tar archive on stdin");
  const [path, name] = await targetOf(copying, copy);
  const tar = from.kind === "stream" ? process.stdin : await packFiles(from.path, name);
  await runtime.capabilities.copy.copyIn({ id: to.id, path, tar, ...instance }, { signal: session.interrupts.signal });
}

/** Files and folders, or a tar stream, between this machine and a workload. */
export async function cp(
  session: Session,
  words: readonly [source: string, destination: string],
  flags: CopyFlags,
): Promise<number> {
  const copy = readCopy(...words);
  const { id } = copy.way === "in" ? copy.to : copy.from;
  await using found = await findWorkload(session, id);
  const instance = flags.instance === undefined ? {} : { instance: flags.instance };
  const copying = { session, runtime: found.runtime, instance };
  await leaving(session, "the copy was cut short; what is there of it stays", () =>
    copy.way === "in" ? copyIn(copying, copy) : copyOut(copying, copy),
  );
  const [source, destination] = words;
  if (session.json && destination !== "-")
    await session.output.json({ id, runtime: found.runtime.name, from: source, to: destination });
  return 0;
}
