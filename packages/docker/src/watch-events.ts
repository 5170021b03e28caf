import { LongshoreError, type Owner, type WorkloadId } from "@longshore/core";
import type { Call, Change } from "@longshore/core/driver";
import { label } from "./container-names.ts";
import type { Engine } from "./engine.ts";
import { readJsonLines } from "./read-json-lines.ts";

interface EngineEvent {
  readonly Action: string;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}

/** One stream for all of the owner's containers. Begins with `resync`: what happened before it was open is not in it. */
export async function* watchEvents(engine: Engine, owner: Owner, call: Call): AsyncGenerator<Change, void, void> {
  const filters = JSON.stringify({
    type: ["container"],
    label: [`${label.owner}=${owner}`],
    event: ["start", "die", "destroy", "oom"],
  });
  const body = await engine.stream("events", call.signal, { path: "/events", query: { filters } });
  try {
    yield { kind: "resync" };
    for await (const event of readJsonLines(body)) {
      const { Action, Actor } = event as EngineEvent;
      const id = Actor.Attributes[label.id];
      if (id !== undefined) yield { kind: Action === "destroy" ? "removed" : "changed", id: id as WorkloadId };
    }
  } finally {
    (body as NodeJS.ReadableStream & { destroy(): void }).destroy();
  }
  throw new LongshoreError("the engine's events ended", { code: "unavailable", operation: "watch" });
}
