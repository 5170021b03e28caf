import { type AttachRequest, LongshoreError, type OutputChunk } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import type { AciParts } from "./aci-parts.ts";
import { findRunning } from "./find-instance.ts";
import { mainContainer } from "./native-names.ts";
import { openSocket } from "./open-socket.ts";
import { TerminalSocket } from "./terminal-socket.ts";

/** What the program says from now on, both outputs as one; a program reads nothing here. */
export async function* attachGroup(
  parts: AciParts,
  request: AttachRequest,
  { signal }: Call,
): AsyncGenerator<OutputChunk, void, void> {
  const { api, config } = parts;
  if (request.input !== undefined) {
    const message = "the programs of Container Instances read no input; expected no input";
    throw new LongshoreError(message, { code: "unsupported", operation: "attach", retryable: false });
  }
  const { name = "" } = await findRunning(parts, request, signal);
  const { webSocketUri: uri, password = "" } = await api.write("Attach", signal, (options) =>
    api.client.containers.attach(api.resourceGroup, name, mainContainer, options),
  );
  const headers = { authorization: password };
  using socket = await TerminalSocket.over(await openSocket(config, { uri, headers }, signal));
  for await (const bytes of socket.read(signal)) yield { kind: "output", stream: "stdout", bytes };
}
