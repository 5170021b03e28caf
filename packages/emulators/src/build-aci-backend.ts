import type { AciEmulatorOptions } from "./aci-emulator-options.ts";
import { quickDelays, realisticDelays } from "./aci/aci-delays.ts";
import { aciFaultKinds } from "./aci/aci-fault-kinds.ts";
import { aciService } from "./aci/aci-service.ts";
import { GroupFolders } from "./aci/group-folders.ts";
import { GroupStore } from "./aci/group-store.ts";
import { Locations } from "./aci/locations.ts";
import { SocketSessions } from "./aci/socket-sessions.ts";
import { ArmCloud } from "./azure/arm-cloud.ts";
import { armFaultKinds } from "./azure/arm-fault-kinds.ts";
import { AsyncOperations } from "./azure/async-operations.ts";
import { authorizationService } from "./azure/authorization-service.ts";
import { loadContainerInstanceApi } from "./azure/open-api.ts";
import { signInService } from "./azure/sign-in-service.ts";
import { SubscriptionRates } from "./azure/subscription-rates.ts";
import type { Clock } from "./clock.ts";
import type { Cloud } from "./cloud.ts";
import type { Engine } from "./engine.ts";
import { type FaultKinds, wireFaultKinds } from "./read-fault-rule.ts";

/** The faults that the emulator of Container Instances knows. */
export const allAciFaultKinds: FaultKinds = { ...wireFaultKinds, ...armFaultKinds, ...aciFaultKinds };

export interface AciBackend {
  readonly cloud: Cloud;
  /** Ends what runs. */
  readonly close: () => Promise<void>;
}

/** What stands behind the port: Container Instances, and what a caller may do. */
export async function buildAciBackend(
  options: AciEmulatorOptions,
  { clock, engine }: { readonly clock: Clock; readonly engine: Engine },
): Promise<AciBackend> {
  const { realistic = false, delays, quotas = realistic, networkImage = "busybox:1.35" } = options;
  const { windowsImages = [], cachedImages = [], pageSize = 100, resourceGroups, deniedActions } = options;
  const api = await loadContainerInstanceApi();
  const folders = new GroupFolders(options.fileShares);
  const pace = { ...(realistic ? realisticDelays : quickDelays), ...delays };
  const operations = new AsyncOperations(clock, api.apiVersion);
  const world = { clock, engine, delays: pace, operations, folders, networkImage };
  const [store, sockets, locations] = [new GroupStore(world), new SocketSessions(), new Locations(options.locations)];
  const scope = { ...(resourceGroups && { resourceGroups }), ...(deniedActions && { deniedActions }) };
  const services = [
    aciService({ api, world, store, sockets, locations, quotas, pageSize, windowsImages, cachedImages }),
    authorizationService(scope),
    signInService(),
  ];
  const close = async (): Promise<void> => {
    await store.close();
    await folders.close();
  };
  const rates = quotas && { rates: new SubscriptionRates(clock) };
  return { cloud: new ArmCloud({ services, accept: sockets.accept, scope, ...rates }), close };
}
