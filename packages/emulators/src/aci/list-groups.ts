import { findFault } from "../azure/arm-fault-kinds.ts";
import { ArmError } from "../azure/arm-error.ts";
import type { ArmHandler, ArmRequest } from "../azure/arm-service.ts";
import type { Clock } from "../clock.ts";
import { describeGroup } from "./describe-group.ts";
import type { GroupRecord } from "./group-record.ts";
import type { GroupStore } from "./group-store.ts";

export interface ListServing {
  readonly store: GroupStore;
  readonly clock: Clock;
  /** How many groups a page has. */
  readonly pageSize: number;
}

const tokenName = "$skiptoken";

/** A page begins after the group that the one before it ended with, whether that is still there or not. */
const tokenOf = ({ createdAt, id }: GroupRecord): string => Buffer.from(JSON.stringify([createdAt, id])).toString("base64url");

function readToken(url: URL): readonly [number, string] {
  const token = url.searchParams.get(tokenName);
  if (token === null) return [-Infinity, ""];
  try {
    const [createdAt, id] = JSON.parse(Buffer.from(token, "base64url").toString()) as [unknown, unknown];
    // Of a page of nothing, the beginning has no number.
    if (createdAt === null || typeof createdAt === "number") return [createdAt ?? -Infinity, String(id)];
  } catch {
    // It is none of ours.
  }
  throw new ArmError(400, "InvalidSkipToken", `The skip token '${token}' is invalid.`);
}

function linkTo({ url, origin }: ArmRequest, token: string): string {
  const next = new URL(url.pathname + url.search, origin);
  next.searchParams.set(tokenName, token);
  return next.href;
}

const same = (one: string, other: string | undefined): boolean => one.toLowerCase() === other?.toLowerCase();

function pageOf(groups: readonly GroupRecord[], request: ArmRequest, pageSize: number): object {
  const [createdAt, id] = readToken(request.url);
  if (findFault(request.call.faults, "aci:empty-page")) {
    const token = Buffer.from(JSON.stringify([createdAt, id])).toString("base64url");
    return { value: [], nextLink: linkTo(request, token) };
  }
  const isAfter = (group: GroupRecord): boolean => (group.createdAt === createdAt ? group.id > id : group.createdAt > createdAt);
  const left = groups.filter(isAfter).sort((one, other) => one.createdAt - other.createdAt || (one.id > other.id ? 1 : -1));
  const page = left.slice(0, pageSize);
  const value = page.map((group) => describeGroup(group, { withView: false }));
  return left.length > pageSize ? { value, nextLink: linkTo(request, tokenOf(page.at(-1)!)) } : { value };
}

/** Groups page by page, of a subscription or of one of its resource groups; how they are is not among it. */
export function listGroups({ store, clock, pageSize }: ListServing): ArmHandler {
  return (request) => {
    const { subscriptionId, resourceGroupName } = request.path;
    const stale = findFault(request.call.faults, "aci:stale-list");
    const until = clock.now() - Number(stale?.["ms"] ?? 0);
    const groups = store.all.filter(
      (group) =>
        store.isSeen(group) &&
        group.createdAt <= until &&
        same(group.place.subscription, subscriptionId) &&
        (resourceGroupName === undefined || same(group.place.resourceGroup, resourceGroupName)),
    );
    return { status: 200, body: pageOf(groups, request, pageSize) };
  };
}
