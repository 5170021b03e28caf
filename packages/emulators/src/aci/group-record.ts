import type { Clock } from "../clock.ts";
import { type ContainerRecord, newContainer } from "./container-record.ts";
import { EventList } from "./event-list.ts";
import type { GroupRequest, RestartPolicy } from "./group-shapes.ts";
import type { GroupTrouble } from "./group-trouble.ts";

export interface GroupPlace {
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly name: string;
}

export type ProvisioningState = "Pending" | "Creating" | "Succeeded" | "Failed";

/** What runs of a group since it was last deployed. */
export interface Deployment {
  /** Once all of its containers run, or have run. Rejects with an `ArmError` where that is not to be. */
  readonly provisioned: Promise<void>;
  /** Ends whatever runs; resolves when nothing does. */
  stop(): Promise<void>;
}

/** A container group, and how its last deployment goes. */
export interface GroupRecord {
  readonly place: GroupPlace;
  readonly id: string;
  readonly createdAt: number;
  /** With its secrets. */
  request: GroupRequest & { readonly location: string };
  provisioningState: ProvisioningState;
  containers: readonly ContainerRecord[];
  initContainers: readonly ContainerRecord[];
  events: EventList;
  trouble: GroupTrouble;
  /** What it does now, and anything but looking has to wait for. */
  transition?: "starting" | "stopping" | "restarting" | "deleting";
  isStopped: boolean;
  /** Where its ports are reached. */
  address?: string;
  deployment?: Deployment;
  /** How it was when somebody looked last. */
  lastSeen?: { readonly at: number; readonly view: object };
  deletedAt?: number;
}

export const idOf = ({ subscription, resourceGroup, name }: GroupPlace): string =>
  `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.ContainerInstance/containerGroups/${name}`;

export const policyOf = ({ request }: Pick<GroupRecord, "request">): RestartPolicy =>
  request.properties.restartPolicy ?? "Always";

/** Everything as it is before anything has run. */
export function resetContainers(group: GroupRecord, clock: Clock): void {
  const { containers, initContainers = [] } = group.request.properties;
  const policy = policyOf(group);
  group.containers = containers.map((definition) => newContainer(definition, policy, clock));
  // Documented: an init container that has succeeded never runs again.
  const initPolicy = policy === "Never" ? "Never" : "OnFailure";
  group.initContainers = initContainers.map((definition) => newContainer(definition, initPolicy, clock));
  group.events = new EventList(clock);
}

/** As documented: Always neither succeeds nor fails, and OnFailure does not fail. */
export function groupStateOf(group: GroupRecord): "Pending" | "Running" | "Stopped" | "Succeeded" | "Failed" {
  const { containers, initContainers, isStopped } = group;
  if (isStopped) return "Stopped";
  const hasFailed = ({ isOver, current }: ContainerRecord): boolean => isOver && current.exitCode !== 0;
  if (initContainers.some(hasFailed)) return "Failed";
  if (!containers.every(({ hasStarted, isOver }) => hasStarted || isOver)) return "Pending";
  if (!containers.every(({ isOver }) => isOver)) return "Running";
  return containers.some(hasFailed) ? "Failed" : "Succeeded";
}

/** By itself, or because it was stopped. */
export const hasEnded = (group: GroupRecord): boolean => ["Succeeded", "Failed", "Stopped"].includes(groupStateOf(group));
