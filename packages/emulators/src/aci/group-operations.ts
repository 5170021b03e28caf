import { findFault } from "../azure/arm-fault-kinds.ts";
import type { ArmAnswer, ArmHandler, ArmRequest } from "../azure/arm-service.ts";
import type { Clock } from "../clock.ts";
import { ArmError } from "../azure/arm-error.ts";
import type { AsyncOperations } from "../azure/async-operations.ts";
import { describeGroup } from "./describe-group.ts";
import { checkGroup, checkUpdate } from "./group-problem.ts";
import type { GroupQuota } from "./group-quota.ts";
import { type GroupPlace, type GroupRecord, hasEnded } from "./group-record.ts";
import type { GroupRequest } from "./group-shapes.ts";
import { type GroupStore, withLocation } from "./group-store.ts";
import { troubleOf } from "./group-trouble.ts";
import { type Locations, noCapacity } from "./locations.ts";

export interface GroupServing {
  readonly store: GroupStore;
  readonly clock: Clock;
  readonly operations: AsyncOperations;
  readonly quota: GroupQuota;
  readonly locations: Locations;
  readonly windowsImages: readonly string[];
}

export const placeOf = ({
  subscriptionId = "",
  resourceGroupName = "",
  containerGroupName = "",
}: ArmRequest["path"]): GroupPlace => ({
  subscription: subscriptionId,
  resourceGroup: resourceGroupName,
  name: containerGroupName,
});

const numberOf = (request: ArmRequest, kind: string): number => Number(findFault(request.call.faults, kind)?.["ms"] ?? 0);

/** Where the end of it can be waited for. */
function startOperation(
  { operations }: GroupServing,
  group: GroupRecord,
  {
    work,
    origin,
    progress,
  }: {
    work: Promise<unknown>;
    origin: string;
    progress?: string;
  },
): ReturnType<AsyncOperations["start"]> {
  const { id: resourceId, place, request } = group;
  const told = (): string => progress ?? (group.provisioningState === "Succeeded" ? "Running" : group.provisioningState);
  return operations.start(
    { resourceId, subscription: place.subscription, location: request.location, progress: told, work },
    origin,
  );
}

function refuse({ call, path }: ArmRequest, { location, properties }: GroupRecord["request"]): void {
  if (findFault(call.faults, "aci:no-capacity")) throw noCapacity(location, properties);
  if (!findFault(call.faults, "aci:inaccessible-image")) return;
  const image = properties.containers[0]?.properties.image;
  const what = `The image '${image}' in container group '${path["containerGroupName"]}' is not accessible.`;
  throw new ArmError(400, "InaccessibleImage", `${what} Please check the image and registry credential.`);
}

function createOrUpdate(serving: GroupServing): ArmHandler {
  const { store, quota, locations, windowsImages } = serving;
  return (asked) => {
    const place = placeOf(asked.path);
    const request = withLocation(asked.body as GroupRequest);
    const { location, properties } = request;
    checkGroup(place.name, request, windowsImages);
    locations.checkCapacity(location, properties);
    const before = store.find(place);
    if (before) store.checkAtRest(before);
    if (before && before.request.location !== location)
      throw new ArmError(
        409,
        "InvalidResourceLocation",
        `The resource '${place.name}' already exists in location '${before.request.location}' in resource group '${place.resourceGroup}'. A resource with the same name cannot be created in location '${location}'. Please select a new resource name.`,
      );
    if (before && !hasEnded(before)) checkUpdate(place.name, before.request.properties, properties);
    quota.takeCreate({ subscription: place.subscription, location }, request, before);
    refuse(asked, request);
    const trouble = troubleOf(asked.call.faults);
    const group = before ?? store.create(place, request, trouble);
    const work = before ? store.redeploy(group, request, trouble) : (group.deployment?.provisioned ?? Promise.resolve());
    const headers = startOperation(serving, group, { work, origin: asked.origin });
    return { status: before ? 200 : 201, headers, body: describeGroup(group, { withView: true }) };
  };
}

function remove(serving: GroupServing): ArmHandler {
  const { store, quota } = serving;
  return async (asked) => {
    const { path, call, origin } = asked;
    const place = placeOf(path);
    const group = store.find(place);
    if (!group || !store.isSeen(group) || group.deletedAt !== undefined) return { status: 204 };
    store.checkEndable(group);
    quota.takeDelete({ subscription: place.subscription, location: group.request.location });
    const failure = findFault(call.faults, "aci:delete-failure");
    const lingersMs = numberOf(asked, "aci:lingers-after-delete");
    const extraMs = numberOf(asked, "aci:slow-delete");
    const atOnce = hasEnded(group) && extraMs === 0 && !failure;
    const told = failure && { failure: String(failure["message"] ?? "The container group could not be deleted.") };
    const body = describeGroup(group, { withView: true });
    const work = store.delete(group, { extraMs, lingersMs, ...told });
    if (!atOnce) return { status: 202, headers: startOperation(serving, group, { work, origin, progress: "Deleting" }) };
    await work;
    return { status: 200, body };
  };
}

/** Nothing where it runs, and otherwise all anew. */
function start(serving: GroupServing): ArmHandler {
  const { store } = serving;
  return ({ path, call, origin }) => {
    const group = store.see(placeOf(path));
    store.checkAtRest(group);
    if (!hasEnded(group)) return { status: 204 };
    const work = store.redeploy(group, group.request, troubleOf(call.faults));
    return { status: 202, headers: startOperation(serving, group, { work, origin }) };
  };
}

function restart(serving: GroupServing): ArmHandler {
  const { store } = serving;
  return ({ path, call, origin }) => {
    const group = store.see(placeOf(path));
    store.checkAtRest(group);
    const work = store.restart(group, troubleOf(call.faults));
    return { status: 204, headers: startOperation(serving, group, { work, origin }) };
  };
}

function stop({ store }: GroupServing): ArmHandler {
  return (asked): ArmAnswer => {
    const group = store.see(placeOf(asked.path));
    store.checkEndable(group);
    store.stop(group, numberOf(asked, "aci:slow-stop"));
    return { status: 204 };
  };
}

/** As it is, or as it was when somebody looked before. */
function get({ store, clock }: GroupServing): ArmHandler {
  return ({ path, call }) => {
    const group = store.see(placeOf(path));
    const stale = findFault(call.faults, "aci:stale-view");
    const { lastSeen } = group;
    if (stale && lastSeen && clock.now() - lastSeen.at <= Number(stale["ms"])) return { status: 200, body: lastSeen.view };
    const view = describeGroup(group, { withView: true });
    group.lastSeen = { at: clock.now(), view };
    return { status: 200, body: view };
  };
}

/** Tags alone can be changed so. */
function update({ store }: GroupServing): ArmHandler {
  return ({ path, body }) => {
    const group = store.see(placeOf(path));
    const { tags } = body as Pick<GroupRequest, "tags">;
    if (tags) group.request = { ...group.request, tags };
    return { status: 200, body: describeGroup(group, { withView: true }) };
  };
}

export function groupOperations(serving: GroupServing): Readonly<Record<string, ArmHandler>> {
  const { store } = serving;
  return {
    CreateOrUpdate: createOrUpdate(serving),
    Get: get(serving),
    Update: update(serving),
    Delete: remove(serving),
    Start: start(serving),
    Restart: restart(serving),
    Stop: stop(serving),
    GetOutboundNetworkDependenciesEndpoints: ({ path }) => {
      store.see(placeOf(path));
      return { status: 200, body: [] };
    },
  };
}
