import { type AttachRequest, LongshoreError, type OutputChunk } from "@longshore/core";
import { type Call, orAbort } from "@longshore/core/driver";
import { findRunning } from "./find-instance.ts";
import type { ServicePlace } from "./order-service.ts";
import { typeInput } from "./type-input.ts";
import type { SupervisorWire } from "./supervisor-line.ts";

/** Through its supervisor, which holds its pipes. What it writes is heard from now on, and is in its log as well. */
export async function* attachToProgram(
  { id, folder, line }: ServicePlace,
  { instance: wanted, input }: AttachRequest,
  { signal }: Call,
): AsyncGenerator<OutputChunk, void, void> {
  const at = { operation: "attach", workload: id };
  const { instance, request, turn } = await findRunning({ id, folder, instance: wanted }, "attach");
  if (input !== undefined && request.stdin !== true) {
    throw new LongshoreError("it reads no input; start it with stdin: true", { code: "conflict", ...at });
  }
  using wire: SupervisorWire = await orAbort(signal, () => line.wire(turn));
  const gone = new AbortController();
  const over = AbortSignal.any([signal, gone.signal]);
  let failure: { readonly error: unknown } | undefined;
  signal.addEventListener("abort", () => wire[Symbol.dispose](), { once: true });
  await wire.send({ ask: "attach", id, instance });
  try {
    for await (const answer of wire.messages()) {
      if (answer.tell === "output") yield { kind: "output", stream: answer.stream, bytes: Buffer.from(answer.bytes, "base64") };
      else if (answer.tell === "attached" && input !== undefined) {
        const typing = typeInput({ input, gone: over, ...keys(wire) });
        void typing.catch((error: unknown) => {
          failure = { error };
          wire[Symbol.dispose]();
        });
      } else if (answer.tell === "end") return;
      else if (answer.tell === "failed") throw new LongshoreError("it does not run", { code: "conflict", ...at });
    }
    signal.throwIfAborted();
    if (failure !== undefined) throw failure.error;
    throw new LongshoreError("the connection to its supervisor broke", { code: "unavailable", ...at });
  } finally {
    gone.abort();
  }
}

const keys = (wire: SupervisorWire) => ({
  type: (bytes: Uint8Array) => wire.send({ ask: "type", bytes: Buffer.from(bytes).toString("base64") }),
  // A process has a terminal only where exec makes one.
  resize: async () => {},
  end: () => void wire.send({ ask: "end-input" }),
});
