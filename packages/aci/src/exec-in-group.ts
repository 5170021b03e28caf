import type { ContainerGroup } from "@azure/arm-containerinstance";
import { type ExecEnd, type ExecRequest, LongshoreError, type OutputChunk, type TerminalSize } from "@longshore/core";
import type { Call } from "@longshore/core/driver";
import { converseWithScript, toCommandLine } from "@longshore/core/sessions";
import type { AciParts } from "./aci-parts.ts";
import { findRunning } from "./find-instance.ts";
import { mainContainer } from "./native-names.ts";
import { openSocket } from "./open-socket.ts";
import { TerminalSocket } from "./terminal-socket.ts";
import { typeCommandLine } from "./type-command-line.ts";

type ExecEvents = AsyncGenerator<OutputChunk | ExecEnd, void, void>;
/** What Azure's own command line asks for where it knows no better. */
const anySize = { columns: 80, rows: 24 };

const refuse = (message: string): LongshoreError =>
  new LongshoreError(message, { code: "unsupported", operation: "exec", retryable: false });

interface ShellRequest {
  readonly group: ContainerGroup;
  readonly size: TerminalSize | undefined;
}
/** A shell beside the program, in a terminal: Container Instances take one word, and no arguments. */
async function openShell(
  { api, config }: AciParts,
  { group, size: { columns: cols, rows } = anySize }: ShellRequest,
  signal: AbortSignal,
): Promise<TerminalSocket> {
  // One session too many does no harm: nothing runs in it before somebody comes.
  const { webSocketUri: uri, password = "" } = await api.write("ExecuteCommand", signal, (options) =>
    api.client.containers.executeCommand(
      api.resourceGroup,
      group.name ?? "",
      mainContainer,
      { command: "sh", terminalSize: { cols, rows } },
      options,
    ),
  );
  const socket = await TerminalSocket.over(await openSocket(config, { uri }, signal));
  await socket.type(Buffer.from(password), signal);
  return socket;
}

/** A command beside the program, as the program's user. An abort ends its terminal. */
export async function* execInGroup(parts: AciParts, request: ExecRequest, { signal }: Call): ExecEvents {
  if (request.user !== undefined) throw refuse("Container Instances run commands as the program's user; expected no user");
  const texts = [...request.command, ...Object.entries(request.env ?? {}).flat(), request.workingDirectory ?? ""];
  if (texts.some((text) => text.includes("\0"))) throw refuse("a word of a command cannot hold a NUL");
  const group = await findRunning(parts, request, signal);
  using socket = await openShell(parts, { group, size: request.tty }, signal);
  const commandLine = toCommandLine(request);
  await typeCommandLine(socket, commandLine, signal);
  const { tty, input } = request;
  const asked = { marker: commandLine.marker, ...(tty !== undefined && { tty }), ...(input !== undefined && { input }) };
  yield* converseWithScript(socket, asked, signal);
}
