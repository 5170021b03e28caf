import type { Capabilities, Runtime, Traits } from "@longshore/core";
import { failureCode } from "../exit-code-of-ending.ts";
import { writeTable } from "../output/write-table.ts";
import type { Look } from "../runtimes/look-everywhere.ts";
import { messageOf, openAll } from "../runtimes/open-all.ts";
import type { Session } from "../session.ts";

/** Every one there is, so that a new one does not compile until it is shown. */
const every: Readonly<Record<keyof Capabilities, true>> = {
  services: true,
  endpoints: true,
  exec: true,
  attach: true,
  copy: true,
  stats: true,
  watch: true,
  ingest: true,
  preflight: true,
  backendLogs: true,
  images: true,
};
const capabilitiesOf = (runtime: Runtime): readonly string[] =>
  (Object.keys(every) as (keyof Capabilities)[]).filter((name) => runtime.supports(name));

export interface RuntimesFlags {
  readonly quiet?: boolean;
}
interface Report {
  readonly runtime: string;
  readonly use: string;
  readonly default: boolean;
  readonly healthy: boolean;
  readonly latencyMs: number | null;
  readonly capabilities: readonly string[] | null;
  readonly traits: Traits | null;
  readonly problem: string | null;
}

/** Opening has pinged once; this is how long one takes when everything is loaded and connected. */
async function ask({ config, interrupts }: Session, { name, runtime, error }: Look): Promise<Report> {
  const { use = "" } = config.runtimes[name] ?? {};
  const common = { runtime: name, use, default: name === config.defaultRuntime };
  const down = (why: unknown): Report => ({
    ...common,
    healthy: false,
    latencyMs: null,
    capabilities: runtime === undefined ? null : capabilitiesOf(runtime),
    traits: runtime?.traits ?? null,
    problem: messageOf(why),
  });
  if (runtime === undefined) return down(error);
  try {
    const begun = performance.now();
    await runtime.ping({ signal: interrupts.signal });
    const latencyMs = Math.round((performance.now() - begun) * 10) / 10;
    const { traits } = runtime;
    return { ...common, healthy: true, latencyMs, capabilities: capabilitiesOf(runtime), traits, problem: null };
  } catch (failure) {
    interrupts.signal.throwIfAborted();
    return down(failure);
  }
}

const describeTraits = ({ isolation, logs, timeLimit }: Traits): string =>
  `isolation ${isolation}, logs ${logs}, time limit by the ${timeLimit}`;

const row = (report: Report): readonly string[] => [
  `${report.runtime}${report.default ? " (default)" : ""}`,
  report.use,
  report.healthy ? `answers in ${report.latencyMs} ms` : "down",
  report.capabilities?.join(" ") || "-",
  report.traits === null ? "-" : describeTraits(report.traits),
];

/** Each configured runtime: whether it answers, and what it can do. */
export async function runtimes(session: Session, { quiet = false }: RuntimesFlags): Promise<number> {
  if (quiet) {
    for (const name of Object.keys(session.config.runtimes)) await session.output.line(name);
    return 0;
  }
  await using opened = await openAll(session);
  const reports = await Promise.all(opened.looks.map((look) => ask(session, look)));
  if (session.json) for (const report of reports) await session.output.json(report);
  else {
    await session.output.line(await writeTable(["RUNTIME", "USE", "HEALTH", "CAPABILITIES", "TRAITS"], reports.map(row)));
    for (const { problem } of reports) if (problem !== null) await session.output.note(problem);
  }
  return reports.some(({ healthy }) => healthy) ? 0 : failureCode;
}
