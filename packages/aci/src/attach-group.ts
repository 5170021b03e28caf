import { type AttachRequest, LongshoreError, type OutputChunk } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { findRunning } from "./find-instance.ts";
import { openAttach } from "./open-attach.ts";

/** What the program says from now on, both outputs as one; a program reads nothing here. */
export async function* attachGroup(
  parts: AciParts,
  request: AttachRequest,
  { signal }: Call,
): AsyncGenerator<OutputChunk, void, void> {
  if (request.input !== undefined) {
    const message = "the programs of Container Instances read no input; expected no input";
    throw new LongshoreError(message, { code: "unsupported", operation: "attach", retryable: false });
  }
  const { name = "" } = await findRunning(parts, request, signal);
  using socket = await openAttach(parts, name, signal);
  for await (const bytes of socket.read(signal)) yield { kind: "output", stream: "stdout", bytes };
}
