import type { Binding } from "@longshore/core";
import type { Host } from "@longshore/core/driver";
import { type MemoryBackend, type MemoryConfig, type MemoryDriver, type MemoryFaults, memoryOn } from "@longshore/core/memory";
import type { Guarantee } from "@longshore/conformance";
import type { MemoryHarnessOptions, Plug } from "../memory-harness.ts";

/** What a mistake has to work with. */
export interface Broken {
  readonly driver: MemoryDriver;
  readonly backend: MemoryBackend;
  readonly faults: MemoryFaults;
  readonly host: Host;
}
export type Verbs = Pick<
  MemoryDriver,
  "capabilities" | "plan" | "start" | "inspect" | "stop" | "remove" | "list" | "logs" | typeof Symbol.asyncDispose
>;

/** A driver that somebody might well write. Each comes from a backend's documented trap and the naive answer to it. */
export interface Mistake {
  readonly guarantee: Guarantee;
  readonly name: string;
  /** Names of the tests of that guarantee that have to fail: by these the mistake is known, not by some accident. */
  readonly caughtBy: RegExp;
  readonly harness?: MemoryHarnessOptions;
  readonly verbs: (broken: Broken) => Partial<Verbs>;
}

/** The memory driver, with some verbs done wrongly. */
export function breakDriver({ verbs }: Mistake): Plug {
  return (backend, faults = backend.faults) => {
    const whole = memoryOn(backend, faults);
    const broken =
      (config: MemoryConfig): Binding["open"] =>
      async (host, call) => {
        const { driver, options } = await whole.with(config).open(host, call);
        const wrong = verbs({ driver: driver as MemoryDriver, backend, faults, host });
        return { driver: replaced(driver as MemoryDriver, wrong), options };
      };
    return { ...whole, with: (config: MemoryConfig) => ({ ...whole.with(config), open: broken(config) }) as never };
  };
}

/** By a proxy, since the driver's own members are private to it. */
const replaced = (driver: MemoryDriver, verbs: Partial<Verbs>): MemoryDriver =>
  new Proxy(driver, {
    get(target, name) {
      const own: unknown = Reflect.get(verbs, name);
      const found: unknown = own ?? Reflect.get(target, name, target);
      return typeof found === "function" ? (found as (...all: never[]) => unknown).bind(target) : found;
    },
  });
