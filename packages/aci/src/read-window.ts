import type { LogParts } from "./log-parts.ts";
import { isMissing, isTransitioning } from "./classify-aci-error.ts";
import { type LogWindow, readWindow } from "./log-window.ts";
import { mainContainer } from "./native-names.ts";

/** What there is of a group's last run. Nothing, where it has no place yet, or is gone. */
export async function askForWindow(
  { api }: Pick<LogParts, "api">,
  { name, isOver }: { readonly name: string; readonly isOver: boolean },
  signal: AbortSignal,
): Promise<LogWindow> {
  const { client, resourceGroup } = api;
  try {
    const { content = "" } = await api.read("ListLogs", signal, (options) =>
      client.containers.listLogs(resourceGroup, name, mainContainer, { ...options, timestamps: true }),
    );
    return readWindow(content, isOver);
  } catch (error) {
    if (isMissing(error) || isTransitioning(error)) return { lines: [], slid: false };
    throw error;
  }
}
