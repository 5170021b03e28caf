import { type Runtime, type Sample, type Workload, workloadId } from "@longshore/core";
import { canDraw } from "../output/board.ts";
import { writeTable } from "../output/write-table.ts";
import { findWorkload, type Found } from "../runtimes/find-workload.ts";
import { lacksCapability } from "../runtimes/lacks-capability.ts";
import { openAll, tellFailures } from "../runtimes/open-all.ts";
import type { Session } from "../session.ts";

export interface StatsFlags {
  /** `--no-stream`. */
  readonly stream?: boolean;
}
interface Measured {
  readonly runtime: Runtime;
  readonly workload: Workload;
}
interface Shown extends Sample {
  readonly id: string;
  readonly runtime: string;
}

const instancesOf = ({ kind, state }: Workload): number =>
  kind === "task" ? 1 : state.instances.filter(({ phase }) => phase === "running").length;
const runs = ({ kind, state }: Workload): boolean => (kind === "task" ? state.phase === "running" : state.instances.length > 0);

/** Everything that runs, on the runtimes that measure; those that do not are told of. */
async function everythingOf(session: Session, opened: Awaited<ReturnType<typeof openAll>>): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  const failures: unknown[] = [];
  for (const { runtime, error } of opened.looks) {
    if (runtime === undefined) failures.push(error);
    else if (!runtime.supports("stats")) failures.push(lacksCapability(runtime, "stats"));
    else
      for await (const one of runtime.list({}, { signal: session.interrupts.signal }))
        if (one.kind !== "leftover" && runs(one)) measured.push({ runtime, workload: one });
  }
  if (failures.length === opened.looks.length) throw failures[0];
  await tellFailures(session, failures, opened.looks.length);
  return measured;
}

/** With `once`, a sample of each instance that ran when the measuring began. */
async function* samplesOf(
  { runtime, workload }: Measured,
  once: boolean,
  signal: AbortSignal,
): AsyncGenerator<Shown, void, void> {
  const { id } = workload;
  if (!runtime.supports("stats")) throw lacksCapability(runtime, "stats", id);
  const seen = new Set<string>();
  for await (const sample of runtime.capabilities.stats.stats(id, { signal })) {
    if (once && seen.has(sample.instance)) return;
    seen.add(sample.instance);
    yield { id, runtime: runtime.name, ...sample };
    if (once && seen.size >= instancesOf(workload)) return;
  }
}

const rowOf = ({ id, runtime, instance, cpu, memory }: Shown): readonly string[] => [
  id,
  runtime,
  instance,
  `${Math.round(cpu)}m`,
  `${memory.toFixed(1)}Mi`,
];
const head = ["ID", "RUNTIME", "INSTANCE", "CPU", "MEMORY"];

/** A table that is drawn anew with each sample. */
async function drawTable(): Promise<AsyncDisposable & { show(sample: Shown): Promise<void> }> {
  const { createLogUpdate } = await import("log-update");
  const draw = createLogUpdate(process.stdout);
  const rows = new Map<string, Shown>();
  return {
    async show(sample) {
      rows.set(`${sample.runtime} ${sample.id} ${sample.instance}`, sample);
      draw(await writeTable(head, [...rows.values()].map(rowOf)));
    },
    [Symbol.asyncDispose]: async () => draw.done(),
  };
}

async function show(session: Session, measured: readonly Measured[], once: boolean): Promise<void> {
  const { json, output, interrupts } = session;
  const plain = {
    show: (one: Shown) => output.line(json ? JSON.stringify(one) : `${one.at}  ${rowOf(one).join("  ")}`),
    [Symbol.asyncDispose]: async () => {},
  };
  await using screen = json || once || !canDraw(process.stdout) ? plain : await drawTable();
  const kept: Shown[] = [];
  const showEach = async (one: Measured): Promise<void> => {
    for await (const sample of samplesOf(one, once, interrupts.signal)) {
      if (once && !json) kept.push(sample);
      else await screen.show(sample);
    }
  };
  await Promise.all(measured.map(showEach));
  if (once && !json && kept.length > 0) await output.line(await writeTable(head, kept.map(rowOf)));
}

/** What the instances of these workloads use, or of all that run, until none does any more. */
export async function stats(session: Session, ids: readonly string[], { stream = true }: StatsFlags): Promise<number> {
  if (ids.length === 0) {
    await using opened = await openAll(session);
    await show(session, await everythingOf(session, opened), !stream);
    return 0;
  }
  const looks: Found[] = [];
  try {
    for (const id of ids) {
      const found = await findWorkload(session, workloadId(id));
      looks.push(found);
      if (!found.runtime.supports("stats")) throw lacksCapability(found.runtime, "stats", id);
    }
    await show(session, looks, !stream);
    return 0;
  } finally {
    await Promise.allSettled(looks.map((found) => found[Symbol.asyncDispose]()));
  }
}
