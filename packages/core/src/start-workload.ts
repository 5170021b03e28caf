import type { Call } from "./call.ts";
import type { Calls } from "./calls.ts";
import type { Claim, Claims } from "./claims.ts";
import { LongshoreError } from "./longshore-error.ts";
import type { Order, Plan } from "./plan.ts";
import { retry } from "./retry.ts";
import type { RuntimeDriver } from "./runtime-driver.ts";
import type { DriverInspection, Workload } from "./workload.ts";

export interface StartParts {
  readonly driver: RuntimeDriver;
  readonly calls: Calls;
  readonly claims: Claims;
  readonly order: Order;
  readonly plan: Plan;
}
/** With the pauses between them: about ten seconds of a backend that comes and goes. */
const mostAttempts = 8;

/** A service may lack some of its instances still: only the driver knows, and its start finishes that. */
const hasStarted = (seen: DriverInspection | undefined): seen is Workload =>
  seen?.kind === "task" && seen.state.phase !== "pending";

/** At most one run, whatever is lost on the way: an ambiguous answer is followed by a look before any further try. */
export async function startWorkload(parts: StartParts, call: Call): Promise<Workload> {
  const { calls, claims, order } = parts;
  const { id } = order.spec;
  const at = { operation: "start", workload: id };
  const claim = await claims.begin(id, order.specHash, call.signal);
  if (claim.specHash !== order.specHash) throw calls.error(at, { code: "conflict" }, new Error(conflictText));
  const found = claim.phase === "starting" ? await begin(parts, call) : await remembered(parts, claim, call);
  if (found.specHash !== order.specHash) throw calls.error(at, { code: "conflict" }, new Error(conflictText));
  if (claim.phase === "starting") await claims.record(id, { phase: "started", specHash: order.specHash }, call.signal);
  return found;
}

const conflictText = "the id belongs to another spec; choose a new id, or remove what bears this one";

/** Started before, as the store knows: the backend may say how it is, but nothing is started again. */
async function remembered({ driver, calls, order }: StartParts, { phase }: Claim, call: Call): Promise<Workload> {
  const { id } = order.spec;
  const at = { operation: "start", workload: id };
  if (phase === "removed")
    throw calls.error(at, { code: "conflict" }, new Error("the id ran already and was removed; ids are single-use"));
  const [seen] = await driver.inspect([id], call);
  if (seen?.kind === "task" || seen?.kind === "service") return seen;
  if (seen?.kind === "unreachable") throw calls.error(at, { code: "unavailable" }, new Error(seen.reason));
  throw calls.error(at, { code: "lost" }, new Error("it was started before, and the backend no longer knows it"));
}

async function begin({ driver, calls, claims, order, plan }: StartParts, call: Call): Promise<Workload> {
  const { id } = order.spec;
  const at = { operation: "start", workload: id };
  const mayBeThere = (error: unknown): boolean => LongshoreError.is(error) && error.ambiguous && !call.signal.aborted;
  let doubtful = false;
  const attempt = async (): Promise<Workload> => {
    try {
      const [seen] = doubtful ? await driver.inspect([id], call) : [];
      if (hasStarted(seen)) return seen;
      return await driver.start(order, plan, call);
    } catch (error) {
      const wrapped = calls.wrap(at, error);
      doubtful ||= wrapped.ambiguous;
      // While it is in doubt whether something runs, whatever passes is tried again until a look has settled it.
      throw doubtful && wrapped.retryable && !wrapped.ambiguous ? ambiguous(wrapped) : wrapped;
    }
  };
  try {
    return await retry({ signal: call.signal, attempts: mostAttempts, when: mayBeThere }, attempt);
  } catch (error) {
    if (!doubtful && !call.signal.aborted) await claims.withdraw(id, call.signal);
    throw error;
  }
}

const ambiguous = (error: LongshoreError): LongshoreError =>
  new LongshoreError(error.message, { ...error.toJSON(), ambiguous: true, cause: error.cause });
