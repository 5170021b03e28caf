import type { Guarantee } from "@longshore/conformance";
import { diagnose, type Ending, type Task } from "@longshore/core";
import type { Call, DriverInspection, DriverLogItem, RuntimeDriver } from "@longshore/core/driver";
import { type MemoryBackend, MemoryError, memoryOn, type MemoryRequest } from "@longshore/core/memory";
import type { Plug } from "./memory-harness.ts";

type Driver = RuntimeDriver<never, never, MemoryRequest>;
interface Broken {
  /** What it gets wrong, as drivers in the wild do. */
  readonly name: string;
  readonly guarantee: Guarantee;
  readonly change: (driver: Driver, backend: MemoryBackend) => Partial<Driver>;
}

/** The memory driver with something replaced; everything else is as it was. */
export const plugOf =
  ({ change }: Broken): Plug =>
  (backend, faults) => {
    const plugin = memoryOn(backend, faults);
    const bind: typeof plugin.with = (config) => {
      const binding = plugin.with(config);
      return {
        ...binding,
        async open(host, call) {
          const opened = await binding.open(host, call);
          const driver = opened.driver as never as Driver;
          const changed = change(driver, backend);
          const mixed = new Proxy(driver, {
            get(target, key) {
              const found: unknown = Reflect.get(key in changed ? changed : target, key);
              return typeof found === "function" ? (found.bind(key in changed ? changed : target) as unknown) : found;
            },
          });
          return { ...opened, driver: mixed as never };
        },
      };
    };
    return { ...plugin, with: bind };
  };

type Exited = Task & { readonly state: Ending };
const isExited = (seen: DriverInspection): seen is Exited => seen.kind === "task" && seen.state.phase === "exited";
/** Every ending told in another way. */
const telling =
  (tell: (state: Ending) => object) =>
  (driver: Driver): Partial<Driver> => ({
    inspect: async (ids, call) =>
      (await driver.inspect(ids, call)).map((seen) => (isExited(seen) ? ({ ...seen, state: tell(seen.state) } as never) : seen)),
  });
const by = (state: Ending, outcome: string, more: object = {}): object => ({ ...state, outcome, ...more });
const item = (one: DriverLogItem, position: string): DriverLogItem => ({ ...one, position });
const nameOf = (backend: MemoryBackend, id: string): string =>
  [...backend.records].find(([, { request }]) => request.id === id)?.[0] ?? "";

const starts: readonly Broken[] = [
  {
    name: "a native name made up for each start",
    guarantee: "G1",
    change: (driver) => ({
      start(order, plan, call) {
        const requests = plan.requests.map((one) => ({ ...one, name: `${one.name}-${Math.random()}` }));
        return driver.start(order, { ...plan, requests }, call);
      },
    }),
  },
  {
    name: "what has ended is started again",
    guarantee: "G1",
    change: (driver, backend) => ({
      start(order, plan, call) {
        const [request] = plan.requests;
        if (request !== undefined && backend.records.get(request.name)?.finishedAt !== undefined) backend.drop(request.name);
        return driver.start(order, plan, call);
      },
    }),
  },
];
const successes: readonly Broken[] = [
  {
    name: "exitCode ?? 0",
    guarantee: "G2",
    change: telling((state) => {
      const code = state.exit?.code ?? 0;
      return by(state, code === 0 ? "succeeded" : "failed", { exit: { ...state.exit, code, evidence: "assumed" } });
    }),
  },
  {
    name: "whatever is over has succeeded",
    guarantee: "G2",
    change: telling((state) => by(state, "succeeded", { exit: { code: 0, evidence: "it is over" } })),
  },
];
const endings: readonly Broken[] = [
  {
    name: "the outcome from the code alone",
    guarantee: "G3",
    change: telling((state) => (state.exit?.code === 0 ? by(state, "succeeded") : by(state, "failed"))),
  },
  {
    name: "out of memory as one more exit code",
    guarantee: "G3",
    change: telling((state) =>
      state.exit?.oomKilled === true ? by(state, "failed", { diagnosis: diagnose("exit-code", "137") }) : state,
    ),
  },
  {
    name: "the time limit told as a stop",
    guarantee: "G3",
    change: telling((state) =>
      state.outcome === "timed-out" ? by(state, "stopped", { diagnosis: diagnose("stopped") }) : state,
    ),
  },
];
const logs: readonly Broken[] = [
  {
    name: "one fetch, and no more",
    guarantee: "G4",
    change: (driver) => ({ logs: (id, query, call) => driver.logs(id, { ...query, follow: false }, call) }),
  },
  {
    name: "a resume that begins anew",
    guarantee: "G4",
    change: (driver) => ({
      async *logs(id, { follow }, call) {
        const reading = Math.random();
        for await (const one of driver.logs(id, { follow }, call)) yield item(one, `${reading}/${one.position}`);
      },
    }),
  },
  {
    name: "a tail without newline is dropped",
    guarantee: "G4",
    change: (driver) => ({
      async *logs(id, query, call) {
        for await (const one of driver.logs(id, query, call)) {
          if (one.kind === "bytes" && one.bytes.at(-1) !== 10) continue;
          yield one;
        }
      },
    }),
  },
  {
    name: "both streams as one",
    guarantee: "G4",
    change: (driver) => ({
      async *logs(id, query, call) {
        for await (const one of driver.logs(id, query, call)) yield one.kind === "gap" ? one : { ...one, stream: "stdout" };
      },
    }),
  },
];
const stops: readonly Broken[] = [
  {
    name: "confirmed before it is gone",
    guarantee: "G5",
    change: (driver, backend) => ({
      async stop(id, { intent, graceMs = 0 }, call) {
        await driver.ping(call);
        backend.intend(nameOf(backend, id), intent);
        backend.records.get(nameOf(backend, id))?.process?.signal("SIGTERM");
        return { state: "confirmed", forced: false, graceMs };
      },
    }),
  },
  {
    name: "a second stop is an error",
    guarantee: "G5",
    change: (driver, backend) => ({
      stop(id, options, call) {
        const record = backend.records.get(nameOf(backend, id));
        if (record?.finishedAt !== undefined) throw new MemoryError("it does not run", { code: "conflict" });
        return driver.stop(id, options, call);
      },
    }),
  },
];
const removals: readonly Broken[] = [
  {
    name: "a marker stays behind",
    guarantee: "G6",
    change: (driver, backend) => ({
      async remove(id, call) {
        const record = backend.records.get(nameOf(backend, id));
        await driver.remove(id, call);
        if (record === undefined) return;
        const { owner } = record.request;
        backend.leftovers.set(`${owner}-${id}-stop`, { owner, id, what: "marker", createdAt: record.createdAt });
      },
    }),
  },
  {
    name: "absent is an error",
    guarantee: "G6",
    change: (driver, backend) => ({
      remove(id, call) {
        if (nameOf(backend, id) === "") throw new MemoryError("no such task", { code: "not-found" });
        return driver.remove(id, call);
      },
    }),
  },
];
const recoveries: readonly Broken[] = [
  {
    name: "only what this process started is known",
    guarantee: "G7",
    change(driver) {
      const mine = new Set<string>();
      return {
        start(order, plan, call) {
          mine.add(order.spec.id);
          return driver.start(order, plan, call);
        },
        inspect: async (ids, call) =>
          (await driver.inspect(ids, call)).map((seen) => (mine.has(seen.id) ? seen : { kind: "absent", id: seen.id })),
      };
    },
  },
  {
    name: "the list forgets what has ended",
    guarantee: "G7",
    change: (driver) => ({
      async *list(filter, call) {
        for await (const found of driver.list(filter, call)) if (found.kind !== "task" || !isExited(found)) yield found;
      },
    }),
  },
];
const onAbort = (call: Call, act: () => void): void => call.signal.addEventListener("abort", act, { once: true });
const aborts: readonly Broken[] = [
  {
    name: "an abort kills the workload",
    guarantee: "G9",
    change: (driver, backend) => ({
      inspect(ids, call) {
        for (const id of ids) onAbort(call, () => backend.drop(nameOf(backend, id)));
        return driver.inspect(ids, call);
      },
    }),
  },
  {
    name: "a log that is left stays open",
    guarantee: "G9",
    change: (driver) => ({
      logs: (id, query, call) => {
        const items = driver.logs(id, query, { ...call, signal: new AbortController().signal })[Symbol.asyncIterator]();
        return { [Symbol.asyncIterator]: () => ({ next: () => items.next() }) };
      },
    }),
  },
];

export const brokenDrivers: readonly Broken[] = [
  ...starts,
  ...successes,
  ...endings,
  ...logs,
  ...stops,
  ...removals,
  ...recoveries,
  ...aborts,
];
