import { type Change, instant, LongshoreError, type Runtime } from "@longshore/core";
import { retry } from "@longshore/core/driver";
import { failureCode } from "../exit-code-of-ending.ts";
import { describeEnding } from "../output/describe-ending.ts";
import { summarizeService } from "../output/describe-service.ts";
import { describeWorkload } from "../output/describe-workload.ts";
import { lacksCapability } from "../runtimes/lacks-capability.ts";
import { openAll, tellFailures } from "../runtimes/open-all.ts";
import type { Session } from "../session.ts";

/** Openings in a row that bring nothing: with the pauses between them about a minute. */
const mostVainOpenings = 15;

type Event = Readonly<Record<string, unknown>> & { readonly event: string; readonly said: string };

async function eventOf(runtime: Runtime, change: Change, signal: AbortSignal): Promise<Event> {
  if (change.kind === "resync")
    return { runtime: runtime.name, event: "resync", said: "something was missed; longshore ps shows what there is" };
  const { id } = change;
  const gone = { id, runtime: runtime.name, event: "removed", said: "removed" };
  if (change.kind === "removed") return gone;
  const seen = await runtime.inspect(id, { signal });
  if (seen.kind === "unreachable") return { id, runtime: runtime.name, event: "changed", said: `unreachable: ${seen.reason}` };
  if (seen.kind === "absent" || seen.kind === "lost") return gone;
  const said =
    seen.kind === "service"
      ? summarizeService(seen.state)
      : seen.state.phase === "exited"
        ? describeEnding(seen.state)
        : seen.state.phase;
  return { ...describeWorkload(runtime.name, seen), event: "changed", said };
}

/** A backend tells of more than one can see: what looks the same as before is not told again. */
class Telling {
  readonly #session: Session;
  readonly #last = new Map<string, string>();

  constructor(session: Session) {
    this.#session = session;
  }
  async tell(runtime: Runtime, change: Change): Promise<void> {
    const { said, ...event } = await eventOf(runtime, change, this.#session.interrupts.signal);
    const key = change.kind === "resync" ? "" : `${runtime.name} ${change.id}`;
    const now = JSON.stringify(event);
    if (key !== "" && this.#last.get(key) === now) return;
    this.#last.set(key, now);
    const at = instant(Date.now());
    const { output, json } = this.#session;
    if (json) await output.json({ at, ...event });
    else await output.line(`${at}  ${runtime.name}  ${change.kind === "resync" ? "-" : change.id}  ${said}`);
  }
}

/** Until the connection breaks. Throws where it broke before it carried anything. */
async function watchOnce(runtime: Runtime, telling: Telling, signal: AbortSignal): Promise<void> {
  if (!runtime.supports("watch")) throw lacksCapability(runtime, "watch");
  let carried = false;
  try {
    let first = true;
    for await (const change of runtime.capabilities.watch.watch({}, { signal })) {
      const opening = first && change.kind === "resync";
      first = false;
      // Whoever begins to watch has missed everything there was.
      if (opening) continue;
      carried = true;
      await telling.tell(runtime, change);
    }
  } catch (error) {
    if (!carried || signal.aborted || (LongshoreError.is(error) && !error.retryable)) throw error;
  }
  if (!carried)
    throw new LongshoreError(`${runtime.name} ended its events`, {
      code: "unavailable",
      operation: "watch",
      runtime: runtime.name,
    });
}

async function watchOn(runtime: Runtime, telling: Telling, signal: AbortSignal): Promise<never> {
  const when = (error: unknown): boolean => LongshoreError.is(error) && error.retryable && !signal.aborted;
  for (;;) {
    await retry({ signal, attempts: mostVainOpenings, when }, () => watchOnce(runtime, telling, signal));
    await telling.tell(runtime, { kind: "resync" });
  }
}

/** Whatever changes, on all runtimes that tell, until somebody leaves. */
export async function events(session: Session): Promise<number> {
  await using opened = await openAll(session);
  const { signal } = session.interrupts;
  const able = opened.looks.flatMap(({ runtime }) => (runtime?.supports("watch") === true ? [runtime] : []));
  const failures = opened.looks.flatMap(({ runtime, error }) =>
    runtime === undefined ? [error] : runtime.supports("watch") ? [] : [lacksCapability(runtime, "watch")],
  );
  if (able.length === 0) throw failures[0];
  await tellFailures(session, failures, opened.looks.length);
  const telling = new Telling(session);
  const answers = await Promise.allSettled(
    able.map(async (runtime) => {
      try {
        await watchOn(runtime, telling, signal);
      } catch (error) {
        if (!signal.aborted) await tellFailures(session, [error], able.length);
        throw error;
      }
    }),
  );
  signal.throwIfAborted();
  const [first] = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : []));
  if (able.length === 1) throw first;
  return failureCode;
}
