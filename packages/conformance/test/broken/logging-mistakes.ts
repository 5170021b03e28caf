import { setTimeout as pause } from "node:timers/promises";
import type { DriverLogItem } from "@longshore/core/driver";
import type { Mistake } from "./break-driver.ts";

type Bytes = Extract<DriverLogItem, { readonly kind: "bytes" }>;
const isBytes = (item: DriverLogItem): item is Bytes => item.kind === "bytes";

async function* singly(batches: AsyncIterable<readonly DriverLogItem[]>): AsyncGenerator<DriverLogItem, void, void> {
  for await (const items of batches) yield* items;
}

export const loggingMistakes: readonly Mistake[] = [
  {
    guarantee: "G4",
    name: "one fetch, then the end",
    caughtBy: /read by turns|a line shows while/,
    verbs: ({ driver }) => ({ logs: (id, query, call) => driver.logs(id, { ...query, follow: false }, call) }),
  },
  {
    guarantee: "G4",
    name: "goes on by time, not by place: what bears the same time comes again",
    caughtBy: /resumed from any cursor/,
    verbs: ({ driver }) => ({
      async *logs(id, { positions, ...query }, call) {
        const position = positions?.["0"];
        // Positions are the milliseconds of an item's time, which many items share, told once more from their beginning.
        for await (const item of singly(driver.logs(id, query, call))) {
          const time = isBytes(item) ? (item.at ?? "") : "";
          if (position === undefined || time > position) yield [{ ...item, position: time }];
        }
      },
    }),
  },
  {
    guarantee: "G4",
    name: "goes on from the beginning",
    caughtBy: /resumed from any cursor/,
    verbs: ({ driver }) => ({ logs: (id, { positions: _positions, ...query }, call) => driver.logs(id, query, call) }),
  },
  {
    guarantee: "G4",
    name: "whole lines only: the tail is lost",
    caughtBy: /a tail without newline/,
    verbs: ({ driver }) => ({
      async *logs(id, query, call) {
        for await (const item of singly(driver.logs(id, query, call))) {
          if (!isBytes(item) || item.bytes.at(-1) === 10) yield [item];
        }
      },
    }),
  },
  {
    guarantee: "G4",
    name: "ends as soon as the program has, before the backend is drained",
    caughtBy: /10,000 lines/,
    verbs: ({ driver, backend, host }) => ({
      async *logs(id, query, call) {
        const has = (): boolean =>
          [...backend.records.values()].some(
            ({ request, finishedAt }) => request.id === id && request.owner === host.owner && finishedAt !== undefined,
          );
        let taken = 0;
        for await (const item of singly(driver.logs(id, query, call))) {
          yield [item];
          if (query.follow && ++taken > 100 && has()) return;
        }
      },
    }),
  },
  {
    guarantee: "G4",
    name: "each chunk decoded by itself",
    caughtBy: /characters torn/,
    verbs: ({ driver }) => ({
      async *logs(id, query, call) {
        for await (const item of singly(driver.logs(id, query, call))) {
          yield [isBytes(item) ? { ...item, bytes: new TextEncoder().encode(new TextDecoder().decode(item.bytes)) } : item];
        }
      },
    }),
  },
  {
    guarantee: "G4",
    name: "stderr is stdout",
    caughtBy: /stdout and stderr apart/,
    verbs: ({ driver }) => ({
      async *logs(id, query, call) {
        for await (const item of singly(driver.logs(id, query, call))) {
          yield [isBytes(item) ? { ...item, stream: "stdout" } : item];
        }
      },
    }),
  },
  {
    guarantee: "G4",
    name: "never ends by itself",
    caughtBy: /following ends with it/,
    harness: { patienceMs: 1500 },
    verbs: ({ driver }) => ({
      async *logs(id, query, call) {
        yield* driver.logs(id, query, call);
        if (query.follow) await pause(30_000, undefined, { signal: call.signal, ref: false });
      },
    }),
  },
];
