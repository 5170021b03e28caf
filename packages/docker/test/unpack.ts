import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { extract } from "tar";

/** By way of a file: written to in pieces this small, the unpacking stream may wait for a room that it never announces. */
export async function unpack(archive: AsyncIterable<Uint8Array>, to: string): Promise<void> {
  const file = join(to, ".archive.tar");
  await writeFile(file, archive);
  await extract({ file, cwd: to, preservePaths: true });
  await rm(file);
}
