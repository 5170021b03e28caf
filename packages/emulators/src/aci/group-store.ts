import { ArmError } from "../azure/arm-error.ts";
import type { AciWorld } from "./aci-world.ts";
import { type GroupPlace, type GroupRecord, hasEnded, idOf, resetContainers } from "./group-record.ts";
import { GroupRun } from "./group-run.ts";
import type { GroupRequest } from "./group-shapes.ts";
import type { GroupTrouble } from "./group-trouble.ts";

const keyOf = ({ subscription, resourceGroup, name }: GroupPlace): string =>
  `${subscription}/${resourceGroup}/${name}`.toLowerCase();

const transitioning = ({ place }: GroupRecord): ArmError =>
  new ArmError(
    409,
    "ContainerGroupTransitioning",
    `The container group '${place.name}' is still transitioning, please retry later.`,
  );

const notFound = (place: GroupPlace): ArmError =>
  new ArmError(
    404,
    "ResourceNotFound",
    `The Resource 'Microsoft.ContainerInstance/containerGroups/${place.name}' under resource group '${place.resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
  );

/** All container groups, and what is done to them. */
export class GroupStore {
  readonly #world: AciWorld;
  readonly #groups = new Map<string, GroupRecord>();
  #deployments = 0;
  #closed = false;

  constructor(world: AciWorld) {
    this.#world = world;
  }

  /** Those that are there, also where nobody sees them yet; oldest first. */
  get all(): readonly GroupRecord[] {
    return [...this.#groups.values()];
  }

  find(place: GroupPlace): GroupRecord | undefined {
    return this.#groups.get(keyOf(place));
  }

  /** @throws {@link ArmError} where nobody sees it. */
  see(place: GroupPlace): GroupRecord {
    const group = this.find(place);
    if (!group || !this.isSeen(group)) throw notFound(place);
    return group;
  }

  isSeen({ createdAt, trouble }: GroupRecord): boolean {
    return this.#world.clock.now() >= createdAt + (trouble.missingMs ?? 0);
  }

  /** @throws {@link ArmError} where something else is done to it, or it is just being deployed. */
  checkAtRest(group: GroupRecord): void {
    const { transition, provisioningState } = group;
    const isDeploying = provisioningState === "Pending" || provisioningState === "Creating";
    if (transition !== undefined || isDeploying) throw transitioning(group);
  }

  /** Stops and deletes are taken while a group is deployed too. @throws {@link ArmError} */
  checkEndable(group: GroupRecord): void {
    if (group.transition !== undefined) throw transitioning(group);
  }

  create(place: GroupPlace, request: GroupRecord["request"], trouble: GroupTrouble): GroupRecord {
    const group = { place, id: idOf(place), createdAt: this.#world.clock.now(), request, trouble: {} } as GroupRecord;
    this.#groups.set(keyOf(place), group);
    this.#renew(group, trouble);
    this.#deploy(group);
    return group;
  }

  /** Ends what runs of it, and runs it as it is asked for now. */
  redeploy(group: GroupRecord, request: GroupRecord["request"], trouble: GroupTrouble): Promise<void> {
    const before = group.deployment;
    group.request = request;
    group.transition = "starting";
    this.#renew(group, trouble);
    return handled(async () => {
      await before?.stop();
      delete group.transition;
      this.#deploy(group);
      await group.deployment?.provisioned;
    });
  }

  /** Runs its containers again where they are. */
  restart(group: GroupRecord, trouble: GroupTrouble): Promise<void> {
    const { deployment: before, containers, isStopped } = group;
    group.transition = "restarting";
    this.#renew(group, trouble);
    return handled(async () => {
      await before?.stop();
      for (const [index, { restartCount, current }] of containers.entries())
        Object.assign(group.containers[index]!, { restartCount: restartCount + 1, previous: current });
      delete group.transition;
      this.#deploy(group, { inPlace: !isStopped });
      await group.deployment?.provisioned;
    });
  }

  /** Nothing, where it has ended by itself, or does before it comes to that. */
  stop(group: GroupRecord, extraMs: number): void {
    if (hasEnded(group)) return;
    group.transition = "stopping";
    const { clock, delays } = this.#world;
    void handled(async () => {
      await clock.sleep(delays.stop + extraMs);
      await group.deployment?.stop();
      group.isStopped = !hasEnded(group);
      group.provisioningState = "Succeeded";
      delete group.transition;
    });
  }

  /** @param failure What it ends with instead, late. */
  delete(
    group: GroupRecord,
    { extraMs, lingersMs, failure }: { extraMs: number; lingersMs: number; failure?: string },
  ): Promise<void> {
    group.transition = "deleting";
    const { clock, delays } = this.#world;
    return handled(async () => {
      await clock.sleep(delays.delete + extraMs);
      if (failure !== undefined) {
        delete group.transition;
        group.events.add("FailedDelete", failure, "Warning");
        throw new ArmError(500, "InternalServerError", failure);
      }
      await group.deployment?.stop();
      group.deletedAt = clock.now();
      if (lingersMs === 0) return this.#forget(group);
      void handled(async () => {
        await clock.sleep(lingersMs);
        this.#forget(group);
      });
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([...this.#groups.values()].map(async ({ deployment }) => deployment?.stop()));
  }

  #forget(group: GroupRecord): void {
    this.#groups.delete(keyOf(group.place));
  }

  /** All of it as before anything has run; what nobody sees stays unseen. */
  #renew(group: GroupRecord, trouble: GroupTrouble): void {
    const { missingMs } = group.trouble;
    group.trouble = { ...trouble, ...(missingMs !== undefined && { missingMs }) };
    group.provisioningState = "Pending";
    group.isStopped = false;
    resetContainers(group, this.#world.clock);
  }

  #deploy(group: GroupRecord, { inPlace = false } = {}): void {
    if (this.#closed) throw new ArmError(503, "ServiceUnavailable", "The emulator is closing.");
    group.deployment = new GroupRun(group, this.#world, { inPlace, number: ++this.#deployments });
  }
}

/** Whoever asked for it may be gone before it fails. */
function handled(work: () => Promise<void>): Promise<void> {
  const done = work();
  done.catch(() => {});
  return done;
}

/** With where it is, spelt as answers spell it: `West Europe` is `westeurope`. */
export function withLocation(request: GroupRequest): GroupRecord["request"] {
  if (!request.location) throw new ArmError(400, "LocationRequired", "The location property is required for this definition.");
  return { ...request, location: request.location.replaceAll(" ", "").toLowerCase() };
}
