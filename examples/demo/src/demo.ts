import { readConfig } from "longshore";
import { resultTable } from "./result-table.ts";
import { runTask } from "./run-task.ts";
import { Screen } from "./screen.ts";
import { openStages, type Stage } from "./stage.ts";
import { readTaskDefinitions } from "./task-definition.ts";
import type { TaskResult } from "./task-result.ts";
import { fileURLToPath } from "node:url";

const here = (file: string): URL => new URL(`../${file}`, import.meta.url);
const progressEveryMs = 200;

async function runAll(stages: readonly Stage[], screen: Screen, signal: AbortSignal): Promise<readonly TaskResult[]> {
  const definitions = await readTaskDefinitions(here("tasks.yaml"));
  const places = stages.flatMap((stage) => definitions.map((definition) => ({ stage, definition })));
  const begun = performance.now();
  let ended = 0;
  const tell = (): void => {
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    screen.progress(`${ended} of ${places.length} tasks ended, ${seconds} s`);
  };
  const ticking = setInterval(tell, progressEveryMs);
  try {
    const runs = places.map((place) => runTask({ ...place, screen, signal }).finally(() => ended++));
    await Promise.allSettled(runs);
    return await Promise.all(runs);
  } finally {
    clearInterval(ticking);
  }
}

async function demo(signal: AbortSignal): Promise<number> {
  using screen = new Screen();
  const config = await readConfig({ file: fileURLToPath(here("longshore.yaml")) });
  const stages = await openStages(config, screen, signal);
  try {
    screen.line(`Running on ${stages.map(({ runtime }) => runtime.name).join(" and ")}.`);
    const results = await runAll(stages, screen, signal);
    screen.line(resultTable(results));
    const surprises = results.filter(({ asExpected }) => !asExpected).length;
    screen.line(surprises === 0 ? "Each task ended as its definition expects." : `${surprises} did not end as expected.`);
    return surprises === 0 ? 0 : 1;
  } finally {
    await Promise.allSettled(stages.map(({ runtime }) => runtime[Symbol.asyncDispose]()));
  }
}

const interrupted = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  // Once: a second Ctrl-C ends the demo as it ends any program.
  process.once(name, () => interrupted.abort(new Error("interrupted")));
}
// As in `npm run demo | head`: whatever runs is removed then, too.
process.stdout.on("error", () => interrupted.abort(new Error("nobody reads")));
try {
  process.exit(await demo(interrupted.signal));
} catch (error) {
  process.stderr.write(interrupted.signal.aborted ? "Interrupted; everything was removed.\n" : `${(error as Error).message}\n`);
  process.exit(interrupted.signal.aborted ? 130 : 1);
}
