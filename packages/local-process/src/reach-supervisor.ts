import { once } from "node:events";
import { type FileHandle, open } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { LongshoreError } from "@longshore/core";
import type { SupervisorPlaces } from "./supervisor-places.ts";

/** What fits the address of a unix socket on every system: 104 bytes on macOS, 108 on Linux, with its end (unix(4), unix(7)). */
const longestPath = 103;

/**
 * A connection to the one whose turn it is. The socket lies in the folder that it serves, since folders for temporary files are
 * swept and shared; where its path is too long for an address, Linux is given a short one through the open folder. Rejects
 * where nobody listens.
 */
export async function reachSupervisor(places: SupervisorPlaces, turn: number): Promise<Socket> {
  const path = join(places.folder, places.socket(turn));
  if (Buffer.byteLength(path) <= longestPath) return connected(path);
  if (process.platform !== "linux") {
    const message = `stateDir is too long for a socket below it (${Buffer.byteLength(path)} bytes of ${longestPath}); choose a shorter one`;
    throw new LongshoreError(message, { code: "invalid-config", operation: "start" });
  }
  await using folder: FileHandle = await open(places.folder, "r");
  return await connected(`/proc/self/fd/${folder.fd}/${places.socket(turn)}`);
}

async function connected(path: string): Promise<Socket> {
  const socket = connect({ path });
  try {
    await once(socket, "connect");
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}
