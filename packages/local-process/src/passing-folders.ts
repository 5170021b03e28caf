import { createHash, randomUUID } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { instant, isWorkloadId, type Leftover, type WorkloadId } from "@longshore/core";
import { identify, type ProcessIdentity } from "./process-identity.ts";
import { isMissing } from "./read-record.ts";

/** `new`: being prepared. `gone`: being removed. Both bear their id, so that a crash leaves nothing nameless behind. */
type Kind = "new" | "gone";
interface PassingFolder {
  readonly path: string;
  readonly id: WorkloadId;
  /** Whoever prepares it is alive and will finish, or take it away itself. */
  readonly inHand: boolean;
}

const digest = ({ start }: ProcessIdentity): string => createHash("sha256").update(start).digest("hex").slice(0, 16);
/** `.new-ID.PID.START.UNIQUE`. */
const pattern = /^\.(new|gone)-([^.]+)\.(\d+)\.([0-9a-f]+)\./;

/** A name that says who is at work here. */
export function passingPath(owned: string, kind: Kind, id: WorkloadId): string {
  const me = identify(process.pid) ?? { pid: process.pid, start: "" };
  return join(owned, `.${kind}-${id}.${me.pid}.${digest(me)}.${randomUUID()}`);
}

/** Empty where nothing was ever started. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** The half-made and half-removed folders of an owner. */
export async function passingFolders(owned: string): Promise<readonly PassingFolder[]> {
  return (await namesIn(owned)).flatMap((name) => {
    const [, kind, id = "", pid = "", start = ""] = pattern.exec(name) ?? [];
    if (!isWorkloadId(id)) return [];
    const maker = kind === "new" ? identify(Number(pid)) : undefined;
    return [{ path: join(owned, name), id, inHand: maker !== undefined && digest(maker) === start }];
  });
}

/** Undefined when it has gone meanwhile. */
export async function toLeftover({ path, id }: PassingFolder): Promise<Leftover | undefined> {
  const { mtimeMs } = (await stat(path).catch(() => undefined)) ?? {};
  if (mtimeMs === undefined) return undefined;
  return { kind: "leftover", id, what: "folder", nativeId: path, createdAt: instant(mtimeMs) };
}
