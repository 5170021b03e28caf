import type { PluginPlace } from "./child-job.ts";
import { crashChild } from "./child-process.ts";
import type { CrashAbility, CrashJob, CrashOutcome, FaultAbility, FaultPlan, FaultRoute, Route } from "./harness.ts";
import { pause } from "./soon.ts";
import { type WireBackend, type WireHooks, WireProxy } from "./wire-proxy.ts";

export interface WireAbilitiesOptions extends Pick<WireBackend, "backend" | "isStream" | "listen"> {
  readonly plugin: PluginPlace;
  /** The plugin's config that connects by this route instead of to the backend. */
  readonly config: (through: Route) => unknown;
}
const never = new Promise<boolean>(() => {});

/** For backends behind HTTP/1.1 on a unix socket or a loopback port: boundaries are the requests, seen by a proxy. */
export function wireAbilities(options: WireAbilitiesOptions): { readonly crash: CrashAbility; readonly faults: FaultAbility } {
  return { crash: { crash: (job) => crashAtWire(options, job) }, faults: { route: (plan) => faultRoute(options, plan) } };
}

async function crashAtWire({ plugin, config, ...wire }: WireAbilitiesOptions, job: CrashJob): Promise<CrashOutcome> {
  let boundaries = 0;
  let armed = false;
  let kill = (): void => {};
  const pass = (): Promise<boolean> | boolean => {
    if (!armed) return true;
    if (boundaries++ !== job.boundary) return true;
    kill();
    return never;
  };
  const hooks: WireHooks = { before: pass, after: pass, streamLimit: () => Number.POSITIVE_INFINITY };
  await using proxy = await WireProxy.open({ ...wire, hooks });
  const child = await crashChild(
    { ...job, plugin, config: config(proxy.route) },
    { preload: false, armed: () => (armed = true) },
  );
  ({ kill } = child);
  const { killed } = await child.ended;
  return { reached: killed, boundaries };
}

/** The first cut leaves less than a frame's header, later ones more and more. */
const cutAfterBytes = 5;
const cutGrowth = 1777;

async function faultRoute(wire: Pick<WireBackend, "backend" | "isStream" | "listen">, plan: FaultPlan): Promise<FaultRoute> {
  const seen = { requests: 0, injected: 0, cuts: 0 };
  const numbers = new WeakMap<object, number>();
  const hit = (): true => {
    seen.injected++;
    return true;
  };
  const hooks: WireHooks = {
    before: (request) => {
      const number = seen.requests++;
      numbers.set(request, number);
      if (plan.kind === "drop-request" && plan.at === number) return !hit();
      return plan.kind === "hang" && number >= plan.at ? hit() && never : true;
    },
    async after(request) {
      if (plan.kind === "delay" && hit()) await pause(plan.ms);
      return !(plan.kind === "lose-reply" && plan.at === numbers.get(request) && hit());
    },
    streamLimit: () => {
      if (plan.kind !== "cut-streams" || seen.cuts >= plan.times) return Number.POSITIVE_INFINITY;
      hit();
      return cutAfterBytes + cutGrowth * seen.cuts++;
    },
  };
  const proxy = await WireProxy.open({ ...wire, hooks });
  return {
    through: proxy.route,
    requests: () => seen.requests,
    injected: () => seen.injected,
    connections: () => proxy.connections(),
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}
