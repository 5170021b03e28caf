import type { LogParts } from "./log-parts.ts";
import { mainContainer } from "./native-names.ts";
import { openSocket } from "./open-socket.ts";
import { TerminalSocket } from "./terminal-socket.ts";

/** What a group's program says from now on. One session too many does no harm: it ends with the program. */
export async function openAttach(
  { api, config }: Pick<LogParts, "api" | "config">,
  name: string,
  signal: AbortSignal,
): Promise<TerminalSocket> {
  const { webSocketUri: uri, password = "" } = await api.write("Attach", signal, (options) =>
    api.client.containers.attach(api.resourceGroup, name, mainContainer, options),
  );
  return TerminalSocket.over(await openSocket(config, { uri, headers: { authorization: password } }, signal));
}
