import type { Owner } from "./ids.ts";
import type { Instant } from "./instant.ts";

/** Small and durable: claims, cleanup debts, stop intents. Values are text; keys are `/`-separated. */
export interface Store {
  get(key: string, signal: AbortSignal): Promise<string | undefined>;
  put(key: string, value: string, signal: AbortSignal): Promise<void>;
  /** Atomic across processes: false when the key was there already. What makes "started once" hold for ever. */
  claim(key: string, value: string, signal: AbortSignal): Promise<boolean>;
  /** Absent is no error. */
  delete(key: string, signal: AbortSignal): Promise<void>;
  /** The keys that begin with `prefix`, in any order. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<string>;
}
/** The answer lives as short as possible and is never logged; core masks it in logs and errors. */
export interface SecretResolver {
  /** Throws when there is no such secret; the message names the key, never a value. */
  resolve(key: string, signal: AbortSignal): Promise<string>;
}
/** One per runtime: every outgoing call waits its turn here. */
export interface Limiter {
  take(operation: string, signal: AbortSignal): Promise<void>;
  /** Told of every throttled answer; slows all workloads down, not only the one that was refused. */
  throttled(retryAfterMs: number | undefined): void;
}
export interface Clock {
  now(): Instant;
  /** Rejects with the signal's reason, at once when it is aborted already. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
export interface Logger {
  log(level: "debug" | "info" | "warn" | "error", message: string, fields?: Readonly<Record<string, unknown>>): void;
}
/** What a driver is opened with; core has filled in what the opener left out, except store and secrets. */
export interface Host {
  readonly owner: Owner;
  readonly store?: Store;
  readonly secrets?: SecretResolver;
  readonly limiter: Limiter;
  readonly clock: Clock;
  readonly logger: Logger;
}
/** What the opener gives. Defaults: no store, no secrets, no limit, the system's clock, no log. */
export interface HostOptions extends Partial<Omit<Host, "owner">> {
  readonly owner: Owner;
}
