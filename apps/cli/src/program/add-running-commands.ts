import type { RunFlags } from "../commands/run.ts";
import type { SpecFlags } from "../spec/spec-flags.ts";
import { addSpecOptions } from "./add-spec-options.ts";
import type { CommandParts } from "./command-parts.ts";

const runHelp = `
Without a config, a task with --image runs on docker and any other on local. The task is removed at its end, unless
--detach or --keep is given. The first Ctrl-C stops it, the second stops waiting. With -t keys go to the program, Ctrl-C too;
ctrl-p ctrl-q leaves it running.

Examples:
  $ longshore run -- node build.js
  $ longshore run --image busybox:1.35 --cpu 500m --memory 256Mi --timeout 5m -- sh -c 'echo $HOME'
  $ longshore run --image busybox:1.35 --secret TOKEN=env:MY_TOKEN -- sh -c 'cat $TOKEN_FILE'
  $ longshore run --id a1 --detach -f spec.yaml -- ./work --all
  $ longshore run -it --image busybox:1.35 -- sh
  $ printf 'b\\na\\n' | longshore run -i -- sort

spec.yaml:
  image: busybox:1.35
  command: [sh, -c, "echo hello"]
  env: { LEVEL: debug }
  resources: { cpu: 500m, memory: 256Mi }
  timeoutMs: 60000`;

const explainHelp = `
Each configured runtime is asked, or the one that --runtime names. A file may hold whatever up takes, services too. Exits with
2 when the runtime that would be chosen refuses.

Examples:
  $ longshore explain -f spec.yaml
  $ longshore explain -f services.yaml --json
  $ longshore explain --runtime docker --image busybox:1.35 --cpu 0.5 -- true`;

const example = "the command comes after --, the image with --image, as in: longshore run -- echo hello";

export function addRunningCommands({ program, argv, on }: CommandParts): void {
  const run = program
    .command("run [command...]")
    .usage("[options] -- CMD…")
    .description("run a task, show its output, exit as it does");
  addSpecOptions(run)
    .option("-d, --detach", "print the id and leave the task running")
    .option("--keep", "keep the task after its end, for logs and inspect")
    .action((operands: string[], flags: RunFlags) =>
      on(async (session) => {
        const { afterDashes } = await import("./after-dashes.ts");
        return (await import("../commands/run.ts")).run(session, flags, afterDashes({ argv, operands, example }));
      }),
    )
    .addHelpText("after", runHelp);
  const explain = program
    .command("explain [command...]")
    .usage("[options] -- CMD…")
    .description("show what each runtime would send, change or refuse");
  addSpecOptions(explain)
    .action((operands: string[], flags: SpecFlags) =>
      on(async (session) => {
        const { afterDashes } = await import("./after-dashes.ts");
        return (await import("../commands/explain.ts")).explain(session, flags, afterDashes({ argv, operands, example }));
      }),
    )
    .addHelpText("after", explainHelp);
}
