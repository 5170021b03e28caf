import { type ExecEnd, LongshoreError, type OutputChunk } from "@longshore/core";
import { channel, type PodSocket } from "./pod-socket.ts";
import { typeInput, type Typing } from "./type-input.ts";

/** The last word on the status channel. */
interface EndStatus {
  readonly status?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

/** Both directions, until the other side says how it ended. */
export async function* converse(
  socket: PodSocket,
  typing: Typing | undefined,
  signal: AbortSignal,
): AsyncGenerator<OutputChunk | ExecEnd, void, void> {
  const over = new AbortController();
  const bounded = AbortSignal.any([signal, over.signal]);
  let failure: { readonly error: unknown } | undefined;
  if (typing !== undefined) {
    // The program may end without reading what is typed; only a fault of the input itself matters.
    void typeInput(socket, typing, bounded).catch((error: unknown) => {
      failure = { error };
      over.abort();
    });
  }
  try {
    for await (const { channel: from, bytes } of socket.read(bounded)) {
      if (from === channel.status) return yield endOf(JSON.parse(bytes.toString()) as EndStatus);
      if (bytes.length === 0 || (from !== channel.stdout && from !== channel.stderr)) continue;
      yield { kind: "output", stream: from === channel.stdout ? "stdout" : "stderr", bytes };
    }
  } catch (error) {
    if (failure !== undefined) throw failure.error;
    throw error;
  } finally {
    over.abort();
  }
  throw new LongshoreError("the connection to the command broke", { code: "unavailable", retryable: false, operation: "exec" });
}

function endOf({ status, message = "", details }: EndStatus): ExecEnd {
  if (status === "Success") return { kind: "exit", exit: { code: 0, evidence: "exec: Success" } };
  const code = details?.causes?.find(({ reason }) => reason === "ExitCode")?.message;
  if (code !== undefined) return { kind: "exit", exit: { code: Number(code), evidence: `exec: ${message}` } };
  if (/executable file not found|no such file or directory|permission denied/.test(message)) throw refused(message);
  throw new LongshoreError(message.replace(/\s+/g, " "), { code: "unavailable", retryable: false, operation: "exec" });
}
export const refused = (message: string): LongshoreError =>
  new LongshoreError(message.replace(/\s+/g, " "), { code: "invalid-argument", operation: "exec" });
