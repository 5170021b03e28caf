import { diagnose, type Ending, type Exit, type Task } from "@longshore/core";
import { decideEnding, type DriverInspection } from "@longshore/core/driver";
import type { MemoryRecord } from "@longshore/core/memory";
import type { Broken, Mistake, Verbs } from "./break-driver.ts";

type Change = (ending: Ending, record: MemoryRecord) => Ending;
/** Everything that shows a state shows it so. */
const told =
  (change: Change) =>
  ({ driver, backend }: Broken): Partial<Verbs> => {
    const wrong = <T extends DriverInspection>(seen: T): T => {
      const record = seen.kind === "task" ? backend.records.get((seen as Task).nativeId) : undefined;
      if (seen.kind !== "task" || seen.state.phase !== "exited" || record === undefined) return seen;
      return { ...seen, state: change(seen.state, record) };
    };
    return {
      start: async (order, plan, call) => wrong(await driver.start(order, plan, call)),
      inspect: async (ids, call) => (await driver.inspect(ids, call)).map(wrong),
    };
  };
const decided = ({ finishedAt, startedAt }: Ending, exit: Exit | undefined): Ending =>
  decideEnding({ finishedAt, ...(startedAt !== undefined && { startedAt }), ...(exit !== undefined && { exit }) });

export const outcomeMistakes: readonly Mistake[] = [
  {
    guarantee: "G2",
    name: "exitCode ?? 0",
    caughtBy: /killed has not/,
    verbs: told((ending) => {
      if (ending.exit === undefined) return ending;
      const { signal: _signal, oomKilled: _oomKilled, ...exit } = ending.exit;
      return decided(ending, { ...exit, code: exit.code ?? 0 });
    }),
  },
  {
    guarantee: "G2",
    name: "takes the end without a code for success",
    caughtBy: /what never started/,
    verbs: told((ending) => {
      if (ending.exit !== undefined) return ending;
      return decided(ending, { code: 0, evidence: "the backend says that it has ended" });
    }),
  },
  {
    guarantee: "G3",
    name: "the outcome from the code alone: who stopped it is forgotten",
    caughtBy: /stopped by us/,
    verbs: told((ending) => decided(ending, ending.exit)),
  },
  {
    guarantee: "G3",
    name: "out of memory is an exit code like any other",
    caughtBy: /out of memory/,
    verbs: told((ending) => {
      if (ending.exit?.oomKilled !== true) return ending;
      return decided(ending, { code: 137, evidence: ending.exit.evidence });
    }),
  },
  {
    guarantee: "G3",
    name: "the time limit is a stop like any other",
    caughtBy: /the time limit/,
    verbs: told((ending) => {
      if (ending.outcome !== "timed-out") return ending;
      return { ...ending, outcome: "stopped", diagnosis: diagnose("stopped") };
    }),
  },
  {
    guarantee: "G3",
    name: "words of its own",
    caughtBy: /a command that does not exist/,
    verbs: told((ending) => {
      if (ending.outcome !== "failed") return ending;
      return { ...ending, diagnosis: diagnose("platform-fault", ending.diagnosis.message) };
    }),
  },
];
