import type { Call } from "./call.ts";
import { Calls } from "./calls.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Binding } from "./define-runtime.ts";
import type { Host, HostOptions } from "./host.ts";
import type { OpenOptions } from "./open-options.ts";
import { neverAborted, orAbort } from "./or-abort.ts";
import { Runtime } from "./runtime.ts";
import { SecretMask } from "./secret-mask.ts";
import { systemClock } from "./system-clock.ts";

const hostOf = ({ owner, store, secrets, limiter, clock, logger }: HostOptions, mask: SecretMask): Host => ({
  owner,
  ...(store !== undefined && { store }),
  ...(secrets !== undefined && { secrets: mask.watching(secrets) }),
  limiter: limiter ?? { take: async () => {}, throttled: () => {} },
  clock: clock ?? systemClock,
  logger: logger ?? { log: () => {} },
});

/** What `openRuntime` does. */
export async function openBound<C extends Capabilities>(binding: Binding<C>, options: OpenOptions): Promise<Runtime<C>> {
  const { traits, name: plugin } = binding;
  const { name = plugin, otherPlugins = [], pollMs = 1000 } = options;
  const mask = new SecretMask();
  const host = hostOf(options, mask);
  const calls = new Calls({ name, limiter: host.limiter, classify: () => undefined, mask: (text) => mask.mask(text) });
  return calls.call({ operation: "open" }, options, async (call: Call) => {
    const { driver, options: schema } = await binding.open(host, call);
    const runtime = new Runtime({ name, driver, host, traits, mask, pollMs, reader: { plugin, options: schema, otherPlugins } });
    try {
      await orAbort(call.signal, () => runtime.ping({ signal: call.signal }));
      return runtime;
    } catch (error) {
      await orAbort(neverAborted(), async () => runtime[Symbol.asyncDispose]()).catch(() => {});
      throw error;
    }
  });
}
