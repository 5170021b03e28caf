import type { ResolvedSecret } from "@longshore/core/driver";

/** A tar archive is made of blocks of 512 bytes and ends with two empty ones (POSIX.1-2024, pax). */
const blockLength = 512;

/**
 * Readable by the workload's user alone where it is given by number. Only the image knows the number of a name, so that
 * such files are open to all of the container's users; the volume is mounted nowhere else.
 */
function ownership(user: string | undefined): { readonly uid: number; readonly gid: number; readonly mode: number } {
  const [, uid, gid = uid] = /^(\d+)(?::(\d+))?$/.exec(user ?? "") ?? [];
  return uid === undefined ? { uid: 0, gid: 0, mode: 0o444 } : { uid: Number(uid), gid: Number(gid), mode: 0o400 };
}

/** The files of `/run/secrets` as the engine takes them. */
export async function secretsArchive(secrets: readonly ResolvedSecret[], user: string | undefined): Promise<Buffer> {
  const { Header } = await import("tar");
  const blocks = secrets.flatMap(({ name, value }) => {
    const content = Buffer.from(value);
    const header = new Header({ path: name, size: content.length, type: "File", mtime: new Date(), ...ownership(user) });
    const block = Buffer.alloc(blockLength);
    header.encode(block);
    const padding = Buffer.alloc((blockLength - (content.length % blockLength)) % blockLength);
    return [block, content, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(2 * blockLength)]);
}
