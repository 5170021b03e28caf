import { ArmError } from "../azure/arm-error.ts";
import type { Clock } from "../clock.ts";
import { type GroupRecord, hasEnded } from "./group-record.ts";
import type { GroupRequest } from "./group-shapes.ts";
import { totalOf } from "./locations.ts";
import { SlidingQuota } from "./sliding-quota.ts";

/** Documented, for each region of a subscription. */
const limits = { ContainerGroups: 100, StandardCores: 100 };
const localized = { ContainerGroups: "Container Groups", StandardCores: "Standard Cores" };

type Where = { readonly subscription: string; readonly location: string };

/** How many groups and cores there are, how many there may be, and how fast they may come and go. */
export class GroupQuota {
  readonly #holds: boolean;
  readonly #creates: SlidingQuota;
  readonly #deletes: SlidingQuota;
  readonly #all: () => readonly GroupRecord[];

  constructor(clock: Clock, { holds, all }: { readonly holds: boolean; readonly all: () => readonly GroupRecord[] }) {
    this.#holds = holds;
    this.#all = all;
    this.#creates = new SlidingQuota(clock, "ContainerGroupCreation");
    this.#deletes = new SlidingQuota(clock, "ContainerGroupDeletion");
  }

  /** @throws {@link ArmError} where there is no room for it, or it comes too fast. */
  takeCreate(where: Where, request: GroupRequest, before: GroupRecord | undefined): void {
    if (!this.#holds) return;
    this.#creates.take(`${where.subscription}/${where.location}`);
    const used = this.#use(where, before);
    this.#check("ContainerGroups", { where, used: used.ContainerGroups, asked: 1 });
    this.#check("StandardCores", { where, used: used.StandardCores, asked: totalOf(request.properties).cpu });
  }

  /** @throws {@link ArmError} where they come too fast. */
  takeDelete({ subscription, location }: Where): void {
    if (this.#holds) this.#deletes.take(`${subscription}/${location}`);
  }

  describe(where: Where): readonly object[] {
    const used = this.#use(where);
    return (["ContainerGroups", "StandardCores"] as const).map((value) => ({
      id: `/subscriptions/${where.subscription}/providers/Microsoft.ContainerInstance/locations/${where.location}/usages/${value}`,
      unit: "Count",
      currentValue: Math.ceil(used[value]),
      limit: limits[value],
      name: { value, localizedValue: localized[value] },
    }));
  }

  #use({ subscription, location }: Where, but?: GroupRecord): typeof limits {
    const there = this.#all().filter(
      (group) => group !== but && group.place.subscription === subscription && group.request.location === location,
    );
    const cores = there.filter((group) => !hasEnded(group)).map(({ request }) => totalOf(request.properties).cpu);
    return { ContainerGroups: there.length, StandardCores: cores.reduce((sum, cpu) => sum + cpu, 0) };
  }

  #check(quota: keyof typeof limits, { where, used, asked }: { where: Where; used: number; asked: number }): void {
    if (used + asked <= limits[quota]) return;
    const what = `container group quota '${quota}' exceeded in region '${where.location}'.`;
    throw new ArmError(
      400,
      "ContainerGroupQuotaReached",
      `Resource type 'Microsoft.ContainerInstance/containerGroups' ${what} Limit: '${limits[quota]}', Usage: '${used}' Requested: '${asked}'.`,
    );
  }
}
