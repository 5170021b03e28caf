import { type Call, type Change, orAbort } from "@longshore/core/driver";
import type { EngineEvents, EngineNews } from "./engine-events.ts";

/** Of all of the owner's containers. Begins with `resync`: what happened before it was open is not in it. */
export async function* watchEvents(events: EngineEvents, { signal }: Call): AsyncGenerator<Change, void, void> {
  const news: EngineNews[] = [];
  let wake = (): void => {};
  using _listening = events.listen((one) => {
    news.push(one);
    wake();
  });
  for (;;) {
    for (let one = news.shift(); one !== undefined; one = news.shift()) {
      if (one.kind === "broken") throw one.error;
      if (one.kind === "resync") yield { kind: "resync" };
      else yield { kind: one.action === "destroy" && !one.service ? "removed" : "changed", id: one.id };
    }
    await orAbort(signal, () => new Promise<void>((resolve) => (wake = resolve)));
  }
}
