import { instant } from "@longshore/core";
import { MemoryError } from "@longshore/core/memory";
import type { Broken, Mistake } from "./break-driver.ts";

const nameOf = ({ host }: Broken, id: string): string => `${host.owner}-${id}`;
/** Each workload has a volume beside it. */
const withVolume = (broken: Broken): Pick<Broken["driver"], "start"> => ({
  async start(order, plan, call) {
    const { id } = order.spec;
    const volume = { owner: broken.host.owner, id, what: "volume", createdAt: instant(Date.now()) };
    broken.backend.leftovers.set(`${nameOf(broken, id)}-volume`, volume);
    return broken.driver.start(order, plan, call);
  },
});

export const removingMistakes: readonly Mistake[] = [
  {
    guarantee: "G6",
    name: "the volume stays",
    caughtBy: /what has ended leaves nothing/,
    verbs: (broken) => ({
      ...withVolume(broken),
      remove: async (id) => broken.faults.around("remove.record", () => broken.backend.drop(nameOf(broken, id))),
    }),
  },
  {
    guarantee: "G6",
    name: "the volume goes last, and only with its container: a removal that was cut short is never finished",
    caughtBy: /killed at any step of remove/,
    verbs: (broken) => ({
      ...withVolume(broken),
      async remove(id) {
        const { backend, faults } = broken;
        const name = nameOf(broken, id);
        if (!(await faults.around("remove.look", () => backend.records.has(name)))) return;
        await faults.around("remove.record", () => backend.drop(name));
        await faults.around("remove.volume", () => backend.leftovers.delete(`${name}-volume`));
      },
    }),
  },
  {
    guarantee: "G6",
    name: "fails when there is nothing",
    caughtBy: /a second removal/,
    verbs: (broken) => ({
      async remove(id, call) {
        if (!broken.backend.records.has(nameOf(broken, id))) throw new MemoryError("404", { code: "not-found" });
        return broken.driver.remove(id, call);
      },
    }),
  },
  {
    guarantee: "G6",
    name: "refuses what still runs",
    caughtBy: /what runs is ended first/,
    verbs: (broken) => ({
      async remove(id, call) {
        const record = broken.backend.records.get(nameOf(broken, id));
        if (record?.process !== undefined && record.finishedAt === undefined) throw new MemoryError("409", { code: "conflict" });
        return broken.driver.remove(id, call);
      },
    }),
  },
  {
    guarantee: "G6",
    name: "takes whatever bears the id, of any owner",
    caughtBy: /nobody else's work/,
    verbs: ({ backend }) => ({
      async remove(id) {
        for (const [name, { request }] of backend.records) if (request.id === id) backend.drop(name);
      },
    }),
  },
];
