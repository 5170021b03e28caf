import { type DriverInspection, workloadId } from "../src/index.ts";
import type { Change } from "../src/driver-entry.ts";
import { expect, test, vi } from "vitest";
import { Observer } from "../src/observer.ts";
import { systemClock } from "../src/system-clock.ts";

const id = workloadId("a");
const absent: DriverInspection = { kind: "absent", id };

interface Pushes {
  readonly push: (change: Change) => void;
  readonly cut: () => void;
  readonly watch: (signal: AbortSignal) => AsyncIterable<Change>;
  readonly opened: () => number;
}
function pushes(): Pushes {
  let tell: (change: Change | undefined) => void = () => {};
  let opened = 0;
  return {
    push: (change) => tell(change),
    cut: () => tell(undefined),
    opened: () => opened,
    async *watch(signal) {
      opened++;
      yield { kind: "resync" };
      for (;;) {
        const change = await new Promise<Change | undefined>((resolve, reject) => {
          tell = resolve;
          signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        });
        if (change === undefined) throw new Error("cut");
        yield change;
      }
    },
  };
}
const observing = (pollMs: number, watch?: Pushes["watch"]) => {
  const look = vi.fn(async (ids: readonly string[]) => ids.map((one) => ({ ...absent, id: one }) as DriverInspection));
  const closed = new AbortController();
  const parts = { look, clock: systemClock, pollMs, seen: () => {}, ...(watch && { watch }) };
  return { look, closed, observer: new Observer(parts, closed.signal) };
};
const { signal } = new AbortController();
const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test("fifty who wait share one look", async () => {
  const { look, observer } = observing(50);
  const ids = Array.from({ length: 50 }, (_, n) => workloadId(`t-${n}`));
  const entered = ids.map((one) => observer.enter(one));
  const seen = await Promise.all(ids.map((one) => observer.next(one, { signal, first: true })));
  expect([seen.map((one) => one.id), look.mock.calls.length]).toEqual([ids, 1]);
  for (const one of entered) one[Symbol.dispose]();
});

test("a change answers at once although the poll is far off, also one that came while nobody waited", async () => {
  const source = pushes();
  const { look, observer } = observing(60_000, source.watch);
  using _entered = observer.enter(id);
  await observer.next(id, { signal, first: true });
  const looks = look.mock.calls.length;
  source.push({ kind: "changed", id });
  await rest(30);
  await observer.next(id, { signal, first: false });
  expect(look.mock.calls.length).toBe(looks + 1);
  source.push({ kind: "changed", id: workloadId("somebody-else") });
  await rest(50);
  expect(look.mock.calls.length).toBe(looks + 1);
});

test("one watch serves all looks; when it breaks it is opened again and everything is looked at", async () => {
  const source = pushes();
  const { observer } = observing(60_000, source.watch);
  using _entered = observer.enter(id);
  await observer.next(id, { signal, first: true });
  expect(source.opened()).toBe(1);
  const waiting = observer.next(id, { signal, first: false });
  source.cut();
  await waiting;
  await vi.waitFor(() => expect(source.opened()).toBe(2));
});

test("looks that fail are waited out; a failure that stays is told", async () => {
  const { look, observer } = observing(5);
  using _entered = observer.enter(id);
  look.mockRejectedValueOnce(new Error("passing")).mockRejectedValueOnce(new Error("passing"));
  expect(await observer.next(id, { signal, first: true })).toEqual(absent);
  expect(look.mock.calls.length).toBe(3);
});

test("an abort leaves the line at once, also while a look hangs", async () => {
  const { look, observer } = observing(5);
  using _entered = observer.enter(id);
  look.mockReturnValue(new Promise(() => {}));
  const stop = new AbortController();
  const waiting = observer.next(id, { signal: stop.signal, first: true });
  await rest(10);
  const why = new Error("enough");
  stop.abort(why);
  await expect(waiting).rejects.toBe(why);
});

test("nothing looks and nothing watches once nobody observes", async () => {
  const source = pushes();
  const { look, observer } = observing(5, source.watch);
  const entered = observer.enter(id);
  await observer.next(id, { signal, first: true });
  entered[Symbol.dispose]();
  const looks = look.mock.calls.length;
  observer.nudge(id);
  await rest(50);
  expect([look.mock.calls.length, source.opened()]).toEqual([looks, 1]);
});
