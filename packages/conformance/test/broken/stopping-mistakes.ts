import { MemoryBackend } from "@longshore/core/memory";
import type { Broken, Mistake } from "./break-driver.ts";

/** Children outlive their parent here, as processes do. */
const keeping = (): MemoryBackend => Object.assign(new MemoryBackend(), { keepsChildren: true });
const nameOf = ({ host }: Broken, id: string): string => `${host.owner}-${id}`;

export const stoppingMistakes: readonly Mistake[] = [
  {
    guarantee: "G5",
    name: "confirms before it is gone",
    caughtBy: /ignores TERM is killed/,
    verbs: (broken) => ({
      async stop(id, { intent, graceMs = 10_000 }) {
        const name = nameOf(broken, id);
        broken.backend.intend(name, intent);
        broken.backend.records.get(name)?.process?.signal("SIGTERM");
        return { state: "confirmed", forced: false, graceMs };
      },
    }),
  },
  {
    guarantee: "G5",
    name: "signals the main program only",
    caughtBy: /children are stopped|children that ignore/,
    harness: { backend: keeping },
    verbs: (broken) => ({
      async stop(id, { intent, graceMs = 10_000 }, { signal }) {
        const name = nameOf(broken, id);
        broken.backend.intend(name, intent);
        const record = broken.backend.records.get(name);
        record?.process?.signal("SIGTERM", "main");
        await broken.backend.until(() => record?.finishedAt !== undefined, signal);
        return { state: "confirmed", forced: false, graceMs };
      },
    }),
  },
  {
    guarantee: "G5",
    name: "kills at once, whatever grace was asked for",
    caughtBy: /a polite program is not forced|killed when its grace is over/,
    verbs: ({ driver }) => ({
      stop: async (id, options, call) => ({
        ...(await driver.stop(id, { ...options, graceMs: 0 }, call)),
        graceMs: options.graceMs ?? 10_000,
      }),
    }),
  },
  {
    guarantee: "G5",
    name: "fails where nothing is to be stopped",
    caughtBy: /what never was|a second stop/,
    verbs: (broken) => ({
      async stop(id, options, call) {
        const record = broken.backend.records.get(nameOf(broken, id));
        if (record === undefined || record.finishedAt !== undefined) throw new Error("304");
        return broken.driver.stop(id, options, call);
      },
    }),
  },
  {
    guarantee: "G5",
    name: "a second stop rewrites how it ended",
    caughtBy: /what has ended changes nothing/,
    verbs: (broken) => ({
      async stop(id, options, call) {
        const record = broken.backend.records.get(nameOf(broken, id));
        if (record !== undefined) record.intent = options.intent;
        return broken.driver.stop(id, options, call);
      },
    }),
  },
];
