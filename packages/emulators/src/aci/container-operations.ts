import { ArmError } from "../azure/arm-error.ts";
import { findFault } from "../azure/arm-fault-kinds.ts";
import type { ArmHandler, ArmRequest } from "../azure/arm-service.ts";
import type { Clock } from "../clock.ts";
import type { ContainerRecord } from "./container-record.ts";
import { placeOf } from "./group-operations.ts";
import type { GroupStore } from "./group-store.ts";
import type { SocketSessions } from "./socket-sessions.ts";

export interface ContainerServing {
  readonly store: GroupStore;
  readonly sockets: SocketSessions;
  readonly clock: Clock;
}

/** @throws {@link ArmError} where there is no such container, or its group has no place yet. */
function findContainer({ store }: ContainerServing, { path }: ArmRequest): ContainerRecord {
  const group = store.see(placeOf(path));
  const { containerName = "" } = path;
  const all = [...group.containers, ...group.initContainers];
  const found = all.find(({ definition }) => definition.name === containerName);
  if (!found)
    throw new ArmError(
      404,
      "ContainerNotFound",
      `The container '${containerName}' of container group '${group.place.name}' was not found.`,
    );
  if (group.provisioningState === "Pending")
    throw new ArmError(
      409,
      "ContainerGroupTransitioning",
      `The container group '${group.place.name}' is still transitioning, please retry later.`,
    );
  return found;
}

function runningContainer(serving: ContainerServing, request: ArmRequest): ContainerRecord {
  const container = findContainer(serving, request);
  if (!container.run)
    throw new ArmError(409, "ContainerNotRunning", `The container '${container.definition.name}' is not running.`);
  return container;
}

function listLogs(serving: ContainerServing): ArmHandler {
  return (request) => {
    const container = findContainer(serving, request);
    const { tail, timestamps } = request.query;
    if (tail !== undefined && !(Number(tail) >= 1))
      throw new ArmError(400, "InvalidLogTail", `The tail has to be a number of lines from 1, not ${tail}.`);
    if (findFault(request.call.faults, "aci:empty-logs")) return { status: 200, body: { content: "" } };
    const late = findFault(request.call.faults, "aci:late-logs");
    const truncated = findFault(request.call.faults, "aci:truncated-logs");
    const content = container.log.read({
      ...(tail !== undefined && { tail: Number(tail) }),
      ...(timestamps === true && { timestamps }),
      ...(late && { before: serving.clock.now() - Number(late["ms"]) }),
      ...(truncated && { most: Number(truncated["bytes"]) }),
    });
    return { status: 200, body: { content } };
  };
}

const breakOf = ({ call }: ArmRequest): { readonly breakAfterBytes?: number } => {
  const fault = findFault(call.faults, "aci:break-socket");
  return fault ? { breakAfterBytes: Number(fault["afterBytes"] ?? 0) } : {};
};

interface ExecBody {
  readonly command?: string;
  readonly terminalSize?: { readonly rows?: number; readonly cols?: number };
}
const sizeOf = ({ rows = 0, cols: columns = 0 }: NonNullable<ExecBody["terminalSize"]> = {}) =>
  rows > 0 && columns > 0 ? { size: { columns, rows } } : {};

/** The command is one program, and takes no arguments. */
function executeCommand(serving: ContainerServing): ArmHandler {
  return (request) => {
    const { run } = runningContainer(serving, request);
    const { command, terminalSize } = request.body as ExecBody;
    if (!command) throw new ArmError(400, "InvalidExecCommand", "The command is missing.");
    const session = { kind: "exec", run: run!, command, ...breakOf(request), ...sizeOf(terminalSize) } as const;
    return { status: 200, body: serving.sockets.open(session, request.origin) };
  };
}

function attach(serving: ContainerServing): ArmHandler {
  return (request) => {
    const { log } = runningContainer(serving, request);
    return { status: 200, body: serving.sockets.open({ kind: "attach", log, ...breakOf(request) }, request.origin) };
  };
}

export const containerOperations = (serving: ContainerServing): Readonly<Record<string, ArmHandler>> => ({
  ListLogs: listLogs(serving),
  ExecuteCommand: executeCommand(serving),
  Attach: attach(serving),
});
