import type { Call, CallOptions } from "./call.ts";
import type { Capabilities } from "./capabilities.ts";
import type { DriverLogItem, LogRecord } from "./log-record.ts";

type Method<Input, Result> = (input: Input, options?: CallOptions) => Result;
type Public<Result> = Result extends AsyncIterable<readonly DriverLogItem[]> ? AsyncIterable<LogRecord> : Result;
/** The same methods as applications see them: the call is optional, errors and aborts are core's. */
export type Wrapped<C extends Capabilities> = {
  readonly [K in Exclude<keyof C, "services">]: {
    readonly [M in keyof C[K]]: C[K][M] extends (input: infer Input, call: Call) => infer Result
      ? Method<Input, Public<Result>>
      : never;
  };
};
type Shapes = {
  readonly [K in Exclude<keyof Capabilities, "services">]-?: {
    readonly [M in keyof NonNullable<Capabilities[K]>]: NonNullable<Capabilities[K]>[M] extends (
      input: never,
      call: Call,
    ) => Promise<unknown>
      ? "call"
      : NonNullable<Capabilities[K]>[M] extends (input: never, call: Call) => AsyncIterable<readonly DriverLogItem[]>
        ? "lines"
        : "stream";
  };
};
const shapes: Shapes = {
  endpoints: { endpoints: "call" },
  exec: { exec: "stream" },
  attach: { attach: "stream" },
  watch: { watch: "stream" },
  stats: { stats: "stream" },
  copy: { copyIn: "call", copyOut: "stream" },
  ingest: { ingest: "call" },
  preflight: { preflight: "call" },
  backendLogs: { backendLogs: "lines" },
  images: { register: "call", list: "stream", remove: "call" },
};

/** How core makes any call of a driver. */
export interface Place {
  readonly operation: string;
  readonly workload?: string;
}
export interface Wrapper {
  call(at: Place, options: CallOptions | undefined, body: (call: Call) => Promise<unknown>): Promise<unknown>;
  stream(at: Place, options: CallOptions | undefined, open: (call: Call) => AsyncIterable<unknown>): AsyncIterable<unknown>;
  lines(
    at: Place,
    options: CallOptions | undefined,
    open: (call: Call) => AsyncIterable<readonly DriverLogItem[]>,
  ): AsyncIterable<unknown>;
}
type Kind = keyof Wrapper;
type Native = (input: unknown, call: Call) => never;

const workloadOf = (input: unknown): { readonly workload?: string } =>
  typeof input === "object" && input !== null && "id" in input && typeof input.id === "string" ? { workload: input.id } : {};

export function wrapCapabilities<C extends Capabilities>(native: C, wrapper: Wrapper): Wrapped<C> {
  const wrapOne =
    (name: string, methods: Readonly<Record<string, Native>>) =>
    ([method, kind]: [string, Kind]) => {
      const wrapped: Method<unknown, unknown> = (input, options) => {
        const workload = typeof input === "string" && name !== "images" ? { workload: input } : workloadOf(input);
        const body = (call: Call): never => (methods[method] as Native).call(methods, input, call);
        return wrapper[kind]({ operation: `${name}.${method}`, ...workload }, options, body);
      };
      return [method, wrapped] as const;
    };
  const known = Object.entries(native).filter(([name, methods]) => name in shapes && methods !== undefined);
  const all = known.map(([name, methods]) => {
    const kinds: Readonly<Record<string, Kind>> = shapes[name as keyof Shapes];
    return [name, Object.fromEntries(Object.entries(kinds).map(wrapOne(name, methods as never)))] as const;
  });
  return Object.fromEntries(all) as Wrapped<C>;
}
