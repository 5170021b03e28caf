// Run by scripts/bench.mjs. A bar that is not met is said, and is no failure: how quick a machine is tests nothing.
import { writeFileSync } from "node:fs";
import { arch, availableParallelism, platform } from "node:os";
import { parseArgs } from "node:util";
import { dockerLogsBench } from "./docker-logs.ts";
import { dockerTask, dockerTasksAtOnce } from "./docker-task.ts";
import { docker, engineAnswers, image } from "./engine.ts";
import type { Bench, Figure } from "./figure.ts";
import { followedMemory } from "./followed-memory.ts";
import { importCost } from "./import-cost.ts";
import { kubernetesTask } from "./kubernetes-task.ts";
import { localMemory, localTask } from "./local-task.ts";
import { logPath } from "./log-path.ts";
import { describeFigure } from "./report.ts";

const benches: readonly Bench[] = [
  importCost,
  followedMemory,
  logPath,
  localTask,
  localMemory,
  dockerTask,
  dockerTasksAtOnce,
  dockerLogsBench,
  kubernetesTask,
];
const help = `npm run bench -- [--only NAME]… [--rounds N] [--json FILE]

Each figure stands beside its rival, measured in turns in the same run: median, quartiles, and whether the bar is met.
Ends with 0 also where one is not met.

  --only NAME    one of these alone; may be given again
  --rounds N     so many samples of each side, whatever is usual
  --json FILE    writes the figures, and what each side does, as JSON too

${benches.map(({ name, about, rounds }) => `  ${name.padEnd(22)} ${about} (${rounds} rounds)`).join("\n")}
`;

interface Asked {
  readonly wanted: readonly Bench[];
  readonly rounds?: number;
  readonly json?: string;
}
function readArguments(): Asked | string {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true },
      rounds: { type: "string" },
      json: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) return help;
  const unknown = (values.only ?? []).find((name) => !benches.some((bench) => bench.name === name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: expected ${benches.map(({ name }) => name).join(", ")}`);
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isSafeInteger(rounds) && rounds > 0))
    throw new Error("--rounds: expected a whole number above 0");
  return {
    wanted: benches.filter(({ name }) => values.only?.includes(name) ?? true),
    ...(rounds !== undefined && { rounds }),
    ...(values.json !== undefined && { json: values.json }),
  };
}

async function measureAll({ wanted, rounds, json }: Asked): Promise<void> {
  const engine = await engineAnswers();
  const figures: Figure[] = [];
  for (const bench of wanted) {
    if (bench.needsEngine && !engine) {
      console.log(`\n${bench.name}: left out: no Docker Engine with ${image} answers`);
      continue;
    }
    if (bench.needsCluster === true && process.env["KUBECONFIG"] === undefined) {
      console.log(`\n${bench.name}: left out: KUBECONFIG names no cluster`);
      continue;
    }
    for (const figure of await bench.run(rounds ?? bench.rounds)) {
      figures.push(figure);
      console.log(`\n${describeFigure(figure)}`);
    }
  }
  const bars = figures.flatMap((figure) => figure.bars);
  console.log(`\n${bars.filter(({ met }) => met).length} of ${bars.length} bars met`);
  if (json === undefined) return;
  const version = engine ? (await docker("version", "--format", "{{.Server.Version}}")).trim() : null;
  const machine = {
    node: process.version,
    platform: platform(),
    arch: arch(),
    processors: availableParallelism(),
    engine: version,
  };
  writeFileSync(json, `${JSON.stringify({ machine, figures }, undefined, 2)}\n`);
}

try {
  const asked = readArguments();
  if (typeof asked === "string") console.log(asked);
  else await measureAll(asked);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
